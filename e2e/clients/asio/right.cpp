// boost::asio with a session cache that is right: connects COUNT times, one after another, and
// prints what each handshake was. `off` is the cache's switch.
#include "connection.hpp"

/**
 * However a connection ends, by its end or by an exception: SSL_free marks the session of a
 * stream that was not shut down as not resumable, and with it the one that the cache keeps.
 */
struct ShutDownFirst {
  Stream& stream;

  ~ShutDownFirst() {
    boost::system::error_code ignored;
    stream.shutdown(ignored);
    SSL_set_shutdown(stream.native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
};

int main(int argc, char** argv) try {
  const Options options(argc, argv);
  asio::io_context io;
  asio::ssl::context context = contextOf(options);
  SessionCache cache(context);
  cache.setEnabled(!options.off);
  const Peer peer{options.host, options.port, options.name};

  for (int at = 0; at < options.count; at += 1) {
    Stream stream(io, context);
    connect(stream, io, options);
    const ShutDownFirst guard{stream};
    cache.offer(stream.native_handle(), peer);
    secure(stream, options);
    greet(stream, options);  // Under TLS 1.3 the tickets come with the first bytes that are read.
    logout(stream);
    cache.renew(stream.native_handle());
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
