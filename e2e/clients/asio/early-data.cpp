// OpenSSL alone: sends the login as early data, whether or not the server allows any. Connects COUNT
// times, and prints what each handshake was.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

constexpr const char kLogin[] = "a LOGIN ann secret\r\n";
SSL_SESSION* kept = nullptr;

int came(SSL*, SSL_SESSION* session) {
  SSL_SESSION_free(kept);
  kept = session;
  return 1;
}

void check(bool isGood, const char* what) {
  if (!isGood) throw std::runtime_error(what);
}

void readUntil(SSL* ssl, const std::string& end) {
  std::string said;
  char buffer[4096];
  while (said.find(end) == std::string::npos) {
    const int length = SSL_read(ssl, buffer, sizeof buffer);
    check(length > 0, "The server has left.");
    said.append(buffer, static_cast<std::size_t>(length));
  }
}

void visit(SSL_CTX* context, const std::string& where, const std::string& name) {
  BIO* bio = BIO_new_connect(where.c_str());
  const std::unique_ptr<SSL, decltype(&SSL_free)> owner(SSL_new(context), SSL_free);
  SSL* ssl = owner.get();
  SSL_set_bio(ssl, bio, bio);
  check(BIO_do_connect(bio) > 0, "Nobody listens.");
  SSL_set_tlsext_host_name(ssl, name.c_str());
  SSL_set1_host(ssl, name.c_str());
  if (kept != nullptr) {
    SSL_SESSION_set_max_early_data(kept, sizeof kLogin);
    SSL_set_session(ssl, kept);
    std::size_t written = 0;
    SSL_write_early_data(ssl, kLogin, sizeof kLogin - 1, &written);
    // A TLS 1.3 ticket is offered once.
    SSL_SESSION_free(kept);
    kept = nullptr;
  }
  check(SSL_connect(ssl) > 0, "The handshake failed.");
  std::cout << (SSL_session_reused(ssl) ? "resumed" : "full") << std::endl;
  readUntil(ssl, "* OK");
  // The server has not read what came early.
  SSL_write(ssl, kLogin, sizeof kLogin - 1);
  readUntil(ssl, "a OK");
  SSL_write(ssl, "z LOGOUT\r\n", 10);
  readUntil(ssl, "z OK");
  SSL_shutdown(ssl);
}

}  // namespace

int main(int argc, char** argv) try {
  check(argc >= 6, "usage: HOST PORT NAME CA-FILE COUNT");
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  check(SSL_CTX_load_verify_locations(context, argv[4], nullptr) > 0, "No certificates.");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, came);
  for (int at = std::atoi(argv[5]); at > 0; at -= 1)
    visit(context, std::string(argv[1]) + ":" + argv[2], argv[3]);
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
