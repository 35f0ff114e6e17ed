// How does a program walk over all contacts, and follow all changes, without holding them all?
//
//   program SCRATCH_DIR LIBRARY_PATH

#include "stoplist.hpp"

#include <iostream>
#include <string>

namespace {

void expect(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

std::size_t count(const std::string& document, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = document.find(part); at != std::string::npos; at = document.find(part, at + 1)) {
    ++found;
  }
  return found;
}

void run(const std::string& scratch) {
  // Contacts by the hundred: what a power cut in the next 50 ms would take can be made again.
  stoplist::StoreOptions options;
  options.sync_interval = std::chrono::milliseconds(50);
  const auto store = stoplist::Store::create(scratch + "/pages.store", "ana", options);
  for (int at = 0; at < 120; ++at) {
    const std::string number = "+" + std::to_string(12025550000 + at);
    const char* category = at % 2 == 0 ? "Lead" : "Customer";
    store.create_contact("ana", R"({"name":"Name )" + std::to_string(at) + R"(","primary":")" + number +
                                    R"(","category":")" + category + R"("})");
  }

  // A page is a JSON document: give it to the JSON library of your choice.
  std::size_t pages = 0;
  std::size_t leads = 0;
  for (const std::string& page :
       store.contact_pages("ana", R"({"category":"Lead","per_page":25,"sort":"primary"})")) {
    ++pages;
    leads += count(page, R"("category":"Lead")");
  }
  std::cout << leads << " leads on " << pages << " pages\n";
  expect(leads == 60 && pages == 3, "every lead once");

  // What changed, from any generation on: for a cache, a search index, another host.
  auto changes = store.changes("ana", 0, {50, {}});
  std::size_t seen = 0;
  for (const std::string& page : changes) {
    expect(!page.empty(), "a page is a document");
    ++seen;
  }
  expect(seen == 3, "121 changes are three pages of 50");
  expect(changes.since() == store.generation(), "it has come to the last");

  // Later: only what is new.
  stoplist::Documentation why;
  why.reason = "opt_out";
  store.block("ana", "c7", why);
  for (const std::string& page : store.changes("ana", changes.since())) {
    std::cout << page << '\n';
    expect(count(page, "c7") > 0, "it tells of the block");
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: pages SCRATCH_DIR LIBRARY_PATH\n";
    return 2;
  }
  try {
    run(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "pages: " << error.what() << '\n';
    return 1;
  }
}
