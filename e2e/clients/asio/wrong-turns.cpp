// What boost::asio programs do with sessions, by MODE; each but `after-greeting` resumes less
// than it could, and each for its own reason.
//
//   none                       no cache at all
//   after-handshake            SSL_get1_session at once: right under 1.2, too early under 1.3
//   after-greeting             SSL_get1_session later: resumes, with one session for all time
//   destroyed                  the right cache, and a stream that goes out of scope: nothing resumes
//   destroyed-after-greeting   the same with SSL_get1_session
//   flags                      as `destroyed`, with the shutdown flags set first: resumes
//   closed-at-once             the right cache, and nothing is read before the close
#include "connection.hpp"

int main(int argc, char** argv) try {
  const Options options(argc, argv);
  const std::string& mode = options.mode;
  const bool reads = mode != "closed-at-once";
  const bool isDestroyed = mode.rfind("destroyed", 0) == 0 || mode == "flags" || !reads;
  const bool hasCache = mode == "destroyed" || mode == "flags" || !reads;

  asio::io_context io;
  asio::ssl::context context = contextOf(options);
  const Peer peer{options.host, options.port, options.name};
  std::unique_ptr<SessionCache> cache;
  if (hasCache) cache = std::make_unique<SessionCache>(context);
  std::shared_ptr<SSL_SESSION> kept;

  for (int at = 0; at < options.count; at += 1) {
    Stream stream(io, context);
    SSL* connection = stream.native_handle();
    const auto keep = [&] { kept.reset(SSL_get1_session(connection), SSL_SESSION_free); };

    connect(stream, io, options);
    if (cache) cache->offer(connection, peer);
    else if (kept) SSL_set_session(connection, kept.get());
    secure(stream, options);
    if (mode == "after-handshake") keep();
    if (reads) greet(stream, options);
    if (mode == "after-greeting" || mode == "destroyed-after-greeting") keep();
    if (reads) logout(stream);
    if (cache && reads) cache->renew(connection);

    if (mode == "flags") SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    boost::system::error_code ignored;
    if (!isDestroyed) stream.shutdown(ignored);
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
