// One connection to an IMAP server, as far as its greeting and LOGOUT, for the programs beside it.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "session-cache.hpp"

namespace asio = boost::asio;
using Stream = asio::ssl::stream<asio::ip::tcp::socket>;

/** The command line: HOST PORT NAME CA-FILE COUNT, then words. */
struct Options {
  std::string host, port, name, ca;
  int count = 0;
  bool starttls = false, tls12 = false, off = false;
  std::string mode;

  Options(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 5) {
      std::cerr << "usage: HOST PORT NAME CA-FILE COUNT [MODE] [starttls] [tls1.2] [off]\n";
      std::exit(2);
    }
    host = words[0], port = words[1], name = words[2], ca = words[3], count = std::stoi(words[4]);
    for (std::size_t at = 5; at < words.size(); at += 1) {
      if (words[at] == "starttls") starttls = true;
      else if (words[at] == "tls1.2") tls12 = true;
      else if (words[at] == "off") off = true;
      else mode = words[at];
    }
  }
};

inline asio::ssl::context contextOf(const Options& options) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.load_verify_file(options.ca);
  context.set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  if (options.tls12) SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_2_VERSION);
  return context;
}

/** One line, without its end; what came behind it stays in `buffer`. */
template <typename From>
std::string readLine(From& from, std::string& buffer) {
  const auto length = asio::read_until(from, asio::dynamic_buffer(buffer, 8192), "\r\n");
  const std::string line = buffer.substr(0, length - 2);
  buffer.erase(0, length);
  return line;
}

/** TCP, and with `starttls` the lines before TLS. */
inline void connect(Stream& stream, asio::io_context& io, const Options& options) {
  asio::ip::tcp::resolver resolver(io);
  asio::connect(stream.next_layer(), resolver.resolve(options.host, options.port));
  if (!options.starttls) return;
  std::string buffer;
  readLine(stream.next_layer(), buffer);
  asio::write(stream.next_layer(), asio::buffer(std::string("a STARTTLS\r\n")));
  const std::string answer = readLine(stream.next_layer(), buffer);
  if (answer.rfind("a OK", 0) != 0) throw std::runtime_error("STARTTLS: " + answer);
  if (!buffer.empty()) throw std::runtime_error("STARTTLS: lines in the clear behind its answer");
}

/** Says the name (SNI), has it verified, and shakes hands. */
inline void secure(Stream& stream, const Options& options) {
  SSL_set_tlsext_host_name(stream.native_handle(), options.name.c_str());
  stream.set_verify_callback(asio::ssl::host_name_verification(options.name));
  stream.handshake(Stream::client);
  std::cout << (SSL_session_reused(stream.native_handle()) ? "resumed" : "full") << std::endl;
}

/** Reads what a server says first: the greeting, or with `starttls` the answer to a NOOP. */
inline void greet(Stream& stream, const Options& options) {
  std::string buffer;
  if (options.starttls) asio::write(stream, asio::buffer(std::string("b NOOP\r\n")));
  readLine(stream, buffer);
}

inline void logout(Stream& stream) {
  std::string buffer;
  asio::write(stream, asio::buffer(std::string("z LOGOUT\r\n")));
  while (readLine(stream, buffer).rfind("z ", 0) != 0) {}
}
