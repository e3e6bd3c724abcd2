// A server of boost::asio that asks clients for a certificate, which none has to give. Without a
// session ID context OpenSSL ends each handshake that offers it a session; `context` sets one.
//
//   server CERTIFICATE KEY CA-FILE [context]      prints its port, and serves until it is ended
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;
using asio::ip::tcp;
using Stream = asio::ssl::stream<tcp::socket>;

/** One client: a greeting, then a line and a goodbye. */
class Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  void start() {
    stream_.async_handshake(Stream::server, [self = shared_from_this()](auto error) {
      if (!error) self->greet();
    });
  }

 private:
  void greet() {
    asio::async_write(stream_, asio::buffer("* OK asio ready\r\n", 17),
                      [self = shared_from_this()](auto error, auto) {
                        if (!error) self->answer();
                      });
  }

  void answer() {
    asio::async_read_until(stream_, asio::dynamic_buffer(line_, 1024), "\r\n",
                           [self = shared_from_this()](auto error, auto) {
                             if (!error) self->leave();
                           });
  }

  void leave() {
    line_ = "* BYE\r\n" + line_.substr(0, line_.find(' ')) + " OK\r\n";
    asio::async_write(stream_, asio::buffer(line_), [self = shared_from_this()](auto, auto) {
      self->stream_.async_shutdown([self](auto) {});
    });
  }

  Stream stream_;
  std::string line_;
};

void accept(tcp::acceptor& acceptor, asio::ssl::context& context) {
  acceptor.async_accept([&](auto error, tcp::socket socket) {
    if (!error) std::make_shared<Visit>(std::move(socket), context)->start();
    accept(acceptor, context);
  });
}

int main(int argc, char** argv) try {
  if (argc < 4) throw std::runtime_error("usage: CERTIFICATE KEY CA-FILE [context]");
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.use_certificate_chain_file(argv[1]);
  context.use_private_key_file(argv[2], asio::ssl::context::pem);
  context.load_verify_file(argv[3]);
  context.set_verify_mode(asio::ssl::verify_peer);
  if (argc > 4) {
    const unsigned char id[] = "mail";
    SSL_CTX_set_session_id_context(context.native_handle(), id, sizeof id - 1);
  }

  asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  std::cout << acceptor.local_endpoint().port() << std::endl;
  accept(acceptor, context);
  io.run();
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
