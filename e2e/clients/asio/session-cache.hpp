// A client's cache of TLS sessions, for OpenSSL 3 and boost::asio: sessions come by OpenSSL's
// callback, are kept by host, port and name, and are offered once under TLS 1.3 (RFC 8446, C.4).
//
// Not thread-safe: one io_context on one thread, or a lock around each call. It belongs to one
// ssl::context, so to one way of verifying: OpenSSL verifies nothing again on a resumption.
#pragma once

#include <boost/asio/ssl.hpp>
#include <deque>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <tuple>

/** What must be equal for a session to be offered; more than one user at one server: add who. */
struct Peer {
  std::string host;
  std::string port;
  /** The name that is sent (SNI) and verified. */
  std::string name;

  bool operator<(const Peer& other) const {
    return std::tie(host, port, name) < std::tie(other.host, other.port, other.name);
  }
};

class SessionCache {
 public:
  explicit SessionCache(boost::asio::ssl::context& context) {
    SSL_CTX* raw = context.native_handle();
    SSL_CTX_set_ex_data(raw, contextIndex(), this);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(raw, &SessionCache::came);
  }
  SessionCache(const SessionCache&) = delete;
  SessionCache& operator=(const SessionCache&) = delete;

  /** The switch. Off forgets every session at once, offers none and keeps none. */
  void setEnabled(bool enabled) {
    enabled_ = enabled;
    if (!enabled) kept_.clear();
  }

  /** Before the handshake: offers what is kept. `peer` must outlive the connection. */
  void offer(SSL* connection, const Peer& peer) {
    SSL_set_ex_data(connection, peerIndex(), const_cast<Peer*>(&peer));
    auto found = kept_.find(peer);
    if (!enabled_ || found == kept_.end()) return;
    auto& sessions = found->second;
    while (!sessions.empty()) {
      Session session = sessions.back();
      const bool isOver = endOf(session.get()) <= std::time(nullptr);
      const bool isUsedUp = SSL_SESSION_get_protocol_version(session.get()) >= TLS1_3_VERSION;
      if (isOver || isUsedUp) sessions.pop_back();
      if (isOver) continue;
      SSL_set_session(connection, session.get());
      return;
    }
  }

  /**
   * Before the connection is closed. A ticket that a TLS 1.2 server renews on a resumption makes
   * no callback, and the session that was offered is then not resumable any more: what the
   * connection holds is kept in its place.
   */
  void renew(SSL* connection) {
    const bool isReused = SSL_session_reused(connection) != 0;
    if (!isReused || SSL_version(connection) >= TLS1_3_VERSION) return;
    if (SSL_SESSION* session = SSL_get1_session(connection)) keep(connection, Session(session, free));
  }

 private:
  using Session = std::shared_ptr<SSL_SESSION>;
  /** Two tickets come with each full handshake; a server that sends many is not hoarded. */
  static constexpr std::size_t kMost = 4;

  /** Indexes of its own: `app_data`, of context and connection, is where asio keeps its callbacks. */
  static int contextIndex() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
  }
  static int peerIndex() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
  }

  static void free(SSL_SESSION* session) { SSL_SESSION_free(session); }

  /** The server's word counts where it is given; OpenSSL's timeout is this context's own. */
  static std::time_t endOf(const SSL_SESSION* session) {
    const long own = SSL_SESSION_get_timeout(session);
    const long said = static_cast<long>(SSL_SESSION_get_ticket_lifetime_hint(session));
    return SSL_SESSION_get_time(session) + (said > 0 && said < own ? said : own);
  }

  /** OpenSSL's callback; 1 says that the session is ours to free. */
  static int came(SSL* connection, SSL_SESSION* session) {
    void* cache = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), contextIndex());
    static_cast<SessionCache*>(cache)->keep(connection, Session(session, free));
    return 1;
  }

  void keep(SSL* connection, Session session) {
    const auto* peer = static_cast<const Peer*>(SSL_get_ex_data(connection, peerIndex()));
    if (!enabled_ || peer == nullptr || SSL_SESSION_is_resumable(session.get()) == 0) return;
    if (SSL_get_verify_result(connection) != X509_V_OK) return;
    auto& sessions = kept_[*peer];
    if (SSL_SESSION_get_protocol_version(session.get()) < TLS1_3_VERSION) sessions.clear();
    sessions.push_back(std::move(session));
    if (sessions.size() > kMost) sessions.pop_front();
  }

  bool enabled_ = true;
  std::map<Peer, std::deque<Session>> kept_;
};
