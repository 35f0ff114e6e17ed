// How are many blocked at once, without doing it to everybody by mistake?
//
//   program SCRATCH_DIR LIBRARY_PATH

#include "stoplist.hpp"

#include <fstream>
#include <iostream>
#include <string>

namespace {

void expect(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

bool has(const std::string& document, const char* part) { return document.find(part) != std::string::npos; }

void run(const std::string& scratch) {
  const auto store = stoplist::Store::create(scratch + "/bulk.store", "ana");
  for (int at = 0; at < 10; ++at) {
    const std::string digits = std::to_string(12025550100 + at);
    const char* category = at < 4 ? "Lead" : "Customer";
    store.create_contact("ana", R"({"name":"N)" + std::to_string(at) + R"(","primary":"+)" + digits +
                                    R"(","category":")" + category + R"("})");
  }
  const auto gate = store.gate();

  // A dry run says what would come of it.
  stoplist::BulkTargets leads;
  leads.filters = {"category=Lead"};
  stoplist::Documentation why;
  why.reason = "compliance";
  why.reference = "case 12";
  stoplist::BulkLimits careful;
  careful.dry_run = true;
  const std::string dry = store.bulk_block("ana", leads, why, {}, careful);
  std::cout << dry << '\n';
  expect(has(dry, "\"needs_confirmation\":true"), "four of ten is more than a fifth");

  // More than a fifth of all contacts has to be confirmed.
  try {
    store.bulk_block("ana", leads, why);
    expect(false, "it has to be confirmed");
  } catch (const stoplist::Error& error) {
    expect(error.code() == "too_many_contacts", "and says so");
  }
  expect(gate.check(12025550100).allowed(), "nothing was done");

  stoplist::BulkLimits confirmed;
  confirmed.confirmed = true;
  const auto count_targets = [](std::uint64_t done, std::uint64_t total) {
    std::cout << done << " of " << total << '\n';
    return true;  // false would end it, with nothing changed
  };
  std::cout << store.bulk_block("ana", leads, why, {}, confirmed, count_targets) << '\n';
  const std::uint64_t blocked_at = store.generation();
  expect(gate.check(12025550103).blocked(), "the leads are blocked");
  expect(gate.check(12025550104).allowed(), "the others are not");

  // One change, all or nothing; so one change takes it back.
  store.undo("ana", blocked_at);
  expect(gate.check(12025550103).allowed(), "it is undone");

  // Bare numbers by the million are a list of their own.
  const std::string path = scratch + "/registry.txt";
  std::ofstream(path) << "+12025550111\n+12025550112\nnot a number\n";
  stoplist::ListSettings settings;
  settings.traffic = stoplist::Traffic::Outbound | stoplist::Traffic::Broadcast;
  settings.source = "national registry";
  store.create_list("ana", "dnc-us", settings);
  stoplist::ImportOptions equal;
  equal.replace = true;
  std::cout << store.import_list("ana", "dnc-us", path, equal) << '\n';
  const auto verdict = gate.check(12025550111);
  expect(verdict.blocked() && verdict.list() == "dnc-us", "the registry stops its numbers");
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: bulk SCRATCH_DIR LIBRARY_PATH\n";
    return 2;
  }
  try {
    run(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bulk: " << error.what() << '\n';
    return 1;
  }
}
