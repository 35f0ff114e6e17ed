// How is somebody blocked, documented, and let through again?
//
//   program SCRATCH_DIR LIBRARY_PATH

#include "stoplist.hpp"

#include <chrono>
#include <iostream>
#include <string>

namespace {

void expect(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

void run(const std::string& scratch) {
  const auto store = stoplist::Store::create(scratch + "/block.store", "ana");
  // Ben may look and block; not import lists, not undo.
  store.add_actor("ana", "ben", stoplist::Permissions::View | stoplist::Permissions::Block);

  const std::string ada = store.create_contact("ana", R"({
    "name": "Ada Lovelace", "primary": "+44 20 7946 0001", "secondary": "+44 20 7946 0002",
    "category": "Lead", "groups": ["newsletter"]
  })");
  std::cout << ada << '\n';

  // Both numbers of a contact are stopped: broadcasts only, for thirty days.
  stoplist::Documentation why;
  why.reason = "opt_out";
  why.note = "asked for a pause";
  why.reference = "ticket 4711";
  stoplist::BlockOptions pause;
  pause.traffic = stoplist::Traffic::Broadcast;
  pause.until = std::chrono::system_clock::now() + std::chrono::hours(30 * 24);
  std::cout << store.block("ben", "c1", why, pause) << '\n';

  stoplist::GateOptions broadcast;
  broadcast.traffic = stoplist::Traffic::Broadcast;
  stoplist::GateOptions replies;
  replies.traffic = stoplist::Traffic::Outbound;
  const auto broadcasts = store.gate(broadcast);
  const auto conversations = store.gate(replies);
  expect(broadcasts.check("+442079460002").blocked(), "no broadcast reaches her second number");
  expect(conversations.check("+442079460002").allowed(), "a reply does");
  const auto explained = store.explain(442079460002, "blocked", stoplist::Traffic::Broadcast);
  expect(explained && explained->until, "it ends by itself");

  // What somebody may not do is an error with a status, a code, and a message that names the way out.
  try {
    store.create_list("ben", "promo");
    expect(false, "Ben may not make lists");
  } catch (const stoplist::Error& error) {
    expect(error.status() == stoplist::Status::Denied && error.code() == "denied", "that is what it says");
    std::cout << error.what() << '\n';
  }

  stoplist::Documentation lifted;
  lifted.reason = "requested";
  std::cout << store.unblock("ben", {"c1"}, lifted) << '\n';
  expect(broadcasts.check("+442079460002").allowed(), "the next check sees it");
  std::cout << store.history("ben", "c1") << '\n';
  std::cout << store.verify("ana") << '\n';
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: block SCRATCH_DIR LIBRARY_PATH\n";
    return 2;
  }
  try {
    run(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "block: " << error.what() << '\n';
    return 1;
  }
}
