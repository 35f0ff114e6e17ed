// How does a messaging gateway with many threads ask before each message, while others block and unblock?
//
//   program SCRATCH_DIR LIBRARY_PATH

#include "stoplist.hpp"

#include <atomic>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

void expect(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

/// What stands between a message and the network. One for the whole process; every thread asks it.
class Gateway {
 public:
  explicit Gateway(const stoplist::Store& store) : replies_(open(store, stoplist::Traffic::Outbound)) {}

  /// Sends, or not. No exception, no lock, no memory: the answer is the newest there is.
  bool send(std::string_view to) noexcept {
    const stoplist::Verdict verdict = replies_.check(to);
    if (!verdict.allowed()) {
      // Blocked, no number, or the store is closed: it is not sent, and counted by what it was.
      (verdict.blocked() ? blocked_ : refused_).fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    sent_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t blocked() const noexcept { return blocked_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

 private:
  static stoplist::Gate open(const stoplist::Store& store, stoplist::Traffic traffic) {
    stoplist::GateOptions options;
    options.traffic = traffic;
    return store.gate(options);
  }

  stoplist::Gate replies_;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> blocked_{0};
  std::atomic<std::uint64_t> refused_{0};
};

void run(const std::string& scratch) {
  constexpr int kThreads = 4;
  constexpr int kMessagesAfter = 20'000;
  auto store = stoplist::Store::create(scratch + "/gateway.store", "ana");
  Gateway gateway(store);
  stoplist::Documentation why;
  why.reason = "spam";

  std::atomic<bool> is_blocked{false};
  std::atomic<int> slipped{0};
  std::vector<std::thread> senders;
  for (int thread = 0; thread < kThreads; ++thread) {
    senders.emplace_back([&] {
      for (int after = 0; after < kMessagesAfter;) {
        // Once the call that blocks has returned, no check lets the number through.
        const bool blocked_before = is_blocked;
        const bool sent = gateway.send("+12025550101");
        slipped += sent && blocked_before ? 1 : 0;
        after += blocked_before ? 1 : 0;
      }
    });
  }
  store.block("ana", "+12025550101", why);
  is_blocked = true;
  for (std::thread& sender : senders) {
    sender.join();
  }
  expect(slipped == 0, "no message slipped through");
  expect(gateway.blocked() >= std::uint64_t{kThreads} * kMessagesAfter, "each was stopped");
  expect(gateway.refused() == 0, "and all were numbers");
  expect(!gateway.send("+12025550101") && gateway.send("+12025550102"), "one number is blocked, not the other");

  // A gateway that outlives its store sends nothing more.
  store.close();
  expect(!gateway.send("+12025550102"), "closed is no allow");
  std::cout << gateway.sent() << " sent, " << gateway.blocked() << " blocked\n";

  // Other processes ask an index file, which they map read-only: no store, no lock.
  const auto reopened = stoplist::Store::open(scratch + "/gateway.store");
  const std::string index = scratch + "/blocked.idx";
  reopened.export_list("ana", "blocked", index);
  const auto elsewhere = stoplist::Gate::open_index(index, "blocked", reopened.generation());
  expect(elsewhere.check(12025550101).blocked(), "the file knows what the store knew");
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: gateway SCRATCH_DIR LIBRARY_PATH\n";
    return 2;
  }
  try {
    run(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "gateway: " << error.what() << '\n';
    return 1;
  }
}
