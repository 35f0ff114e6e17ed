// Does the header keep what it adds to C: moves, exceptions, callbacks that throw, ranges, closed stores?
//
//   program SCRATCH_DIR LIBRARY_PATH

#include "stoplist.hpp"

#include <atomic>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#if __cplusplus >= 202002L
#include <ranges>
#endif

namespace {

using stoplist::Answer;
using stoplist::Error;
using stoplist::Gate;
using stoplist::Status;
using stoplist::Store;

int failures = 0;

#define CHECK(what)                                                              \
  do {                                                                           \
    if (!(what)) {                                                               \
      std::cerr << "wrapper.cpp:" << __LINE__ << ": not so: " << #what << '\n'; \
      ++failures;                                                                \
    }                                                                            \
  } while (false)

/// What a call fails with; Ok and an empty code when it does not.
struct Failure {
  Status status = Status::Ok;
  std::string code = {};
  std::string message = {};
};

template <typename Call>
Failure failure(Call&& call) {
  try {
    call();
    return {};
  } catch (const Error& error) {
    const Error copy = error;
    return {copy.status(), std::string(copy.code()), copy.what()};
  }
}

template <typename Call>
Status status(Call&& call) {
  return failure(std::forward<Call>(call)).status;
}

stoplist::Documentation opt_out() {
  stoplist::Documentation why;
  why.reason = "opt_out";
  return why;
}

// -- What the compiler knows -----------------------------------------------------------------------------------

template <typename T>
constexpr bool moves_only = std::is_nothrow_move_constructible_v<T>&& std::is_nothrow_move_assignable_v<T> &&
                            !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;
static_assert(moves_only<Store> && moves_only<Gate> && moves_only<stoplist::Filter> && moves_only<stoplist::Pass> &&
              moves_only<stoplist::Report> && moves_only<stoplist::Owned<ArrowArray>> && moves_only<stoplist::Batch>);
static_assert(noexcept(std::declval<const Gate&>().check(std::uint64_t{1})));
static_assert(noexcept(std::declval<const Gate&>().check(std::string_view())));
static_assert(noexcept(std::declval<const Gate&>().check_numbers(nullptr, 0, nullptr)));
static_assert(noexcept(std::declval<const Gate&>().check_texts(nullptr, nullptr, 0, nullptr)));
static_assert(std::is_trivially_copyable_v<stoplist::Verdict>);
static_assert(std::is_nothrow_copy_constructible_v<Error>);
static_assert((stoplist::Traffic::Inbound | stoplist::Traffic::Outbound | stoplist::Traffic::Automated |
               stoplist::Traffic::Broadcast) == stoplist::Traffic::All);
#if __cplusplus >= 202002L
static_assert(std::ranges::input_range<stoplist::ContactPages> && std::ranges::input_range<stoplist::ChangePages>);
#endif

// -- Moves -----------------------------------------------------------------------------------------------------

void handles_that_own_nothing_are_errors(const std::string& scratch) {
  Store store = Store::create(scratch + "/moves.store", "ana");
  Gate gate = store.gate();
  stoplist::Filter filter = store.filter();
  const Gate taken_gate = std::move(gate);
  const stoplist::Filter taken_filter = std::move(filter);
  const Store taken = std::move(store);
  CHECK(taken.generation() == 1);
  CHECK(taken_gate.check(4930901820).allowed());

  // Using what was moved from is what this test is about.
  const auto invalid = [](auto&& call) { return status(call) == Status::InvalidArgument; };
  CHECK(invalid([&] { (void)store.generation(); }));
  CHECK(invalid([&] { (void)store.gate(); }));
  CHECK(invalid([&] { (void)store.filter(); }));
  CHECK(invalid([&] { (void)store.info("ana"); }));
  CHECK(invalid([&] { store.block("ana", "+4930901820", opt_out()); }));
  CHECK(invalid([&] { (void)store.explain(4930901820, "blocked"); }));
  CHECK(invalid([&] { (void)store.contact_pages("ana").begin(); }));
  CHECK(invalid([&] { (void)store.changes("ana", 0).begin(); }));
  CHECK(invalid([&] { store.create_list("ana", "promo"); }));
  CHECK(invalid([&] { store.close(); }));
  CHECK(invalid([&] { (void)gate.generation(); }));
  CHECK(invalid([&] { (void)gate.freeze(); }));
  CHECK(invalid([&] { (void)gate.lists(); }));
  CHECK(invalid([&] { (void)gate.check_numbers({4930901820}); }));
  CHECK(invalid([&] { (void)gate.check_texts({"+4930901820"}); }));
  CHECK(invalid([&] { (void)gate.check(1).or_throw(); }));
  CHECK(!gate.check(4930901820).allowed() && !gate.check("+4930901820").allowed());
  CHECK(!gate.check(4930901820).blocked() && gate.check(4930901820).answer() == Answer::None);
  CHECK(invalid([&] { (void)stoplist::Filter::of_gate(gate); }));
  CHECK(invalid([] { (void)stoplist::Pass().next(); }));
  CHECK(invalid([] { (void)stoplist::Pass().report(); }));
  CHECK(invalid([] { (void)stoplist::Pass().export_stream(); }));
  CHECK(invalid([] { stoplist::Pass().record("ana", "x"); }));
  CHECK(invalid([] { (void)stoplist::Report().counts(); }));
  CHECK(invalid([] { (void)stoplist::Report().json(); }));

  // Moving into a handle closes what it had.
  Store other = Store::create(scratch + "/other.store", "ana");
  const Gate of_other = other.gate();
  other = Store::create(scratch + "/third.store", "ana");
  CHECK(of_other.check(4930901820).status() == Status::Closed);
  CHECK(Store::open(scratch + "/other.store").generation() == 1);
}

// -- Errors ----------------------------------------------------------------------------------------------------

void errors_say_what_and_the_way_out(const std::string& scratch) {
  const Store store = Store::create(scratch + "/errors.store", "ana");
  Failure is = failure([&] { store.block("ana", {"+4930901820", "c9"}, opt_out()); });
  CHECK(is.status == Status::NotFound && is.code == "unknown_contact");
  CHECK(is.message.find("c9") != std::string::npos);
  is = failure([] { (void)stoplist::parse_number("12"); });
  CHECK(is.status == Status::NotANumber && is.code == "too_short" && !is.message.empty());
  CHECK(!stoplist::try_parse_number("12") && stoplist::try_parse_number("030 901820", "DE") == 4930901820);
  CHECK(stoplist::parse_number("+49 30 901820") == 4930901820);
  is = failure([&] { (void)Store::open(scratch + "/nowhere.store"); });
  CHECK(is.status == Status::NotFound && is.code == "not_a_store");
  CHECK(status([&] { (void)Store::create(scratch + "/errors.store", "ana"); }) == Status::Exists);
  CHECK(status([&] { (void)Store::open(scratch + "/errors.store"); }) == Status::Locked);
  CHECK(status([&] { store.create_contact("ana", "{"); }) == Status::Data);
  CHECK(status([&] { store.create_list("nobody", "promo"); }) == Status::Denied);
  stoplist::BlockOptions past;
  past.until = stoplist::Time();
  is = failure([&] { store.block("ana", "+4930901820", opt_out(), past); });
  CHECK(is.status == Status::Usage && is.code == "past");
  CHECK(failure([&] { store.block("ana", "+4930901820", {}); }).status != Status::Ok);
  CHECK(store.find_contact("ana", "c1") == std::nullopt);
  CHECK(status([&] { (void)store.find_contact("nobody", "c1"); }) == Status::Denied);
  CHECK(!store.explain(4930901820, "blocked"));
  // A code that is longer than any there is, is cut and not written past.
  CHECK(Error(Status::Io, std::string(100, 'x'), "m").code() == std::string(63, 'x'));
  CHECK(stoplist::name(Status::NotFound) == "not_found" && stoplist::name(stoplist::Refusal::TooLong) == "too_long");
}

void answers_come_in_every_form(const std::string& scratch) {
  const Store store = Store::create(scratch + "/forms.store", "ana");
  const Gate gate = store.gate({stoplist::Traffic::All, {}, "DE"});
  CHECK(store.block("ana", {"+4930901820"}, opt_out()).find("\"changed\":[\"+4930901820\"]") != std::string::npos);
  const std::string text = "030 901820";
  const std::vector<std::string> texts = {text, "0160 5550100", "PIZZA"};
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const std::vector<Answer> wanted = {Answer::Block, Answer::Allow, Answer::Invalid};
  CHECK(gate.check_texts(texts).answers == wanted);
  CHECK(gate.check_texts(views).answers == wanted);
  CHECK(gate.check_texts({"030 901820", "0160 5550100", "PIZZA"}).answers == wanted);
  CHECK(gate.check_texts(text).answers == std::vector{Answer::Block});
  const auto all = gate.check_texts(texts);
  CHECK((all.numbers == std::vector<std::uint64_t>{4930901820, 491605550100, 0}));
  CHECK(all.generation == store.generation());
  CHECK(gate.check_numbers(std::vector<std::uint64_t>()).answers.empty());
  CHECK(gate.check_texts(std::vector<std::string>()).answers.empty());
  CHECK(gate.check("").refusal() == stoplist::Refusal::Empty && gate.check(std::string_view()).invalid());
  CHECK(gate.check("\xff\xfe").invalid());
  CHECK(gate.check(12).refusal() == stoplist::Refusal::TooShort);

  const stoplist::Texts borrowed(texts);
  Answer answers[3] = {};
  std::uint64_t numbers[3] = {};
  std::uint64_t generation = 0;
  CHECK(gate.check_texts(borrowed.data(), borrowed.lens(), 3, answers, numbers, &generation) == Status::Ok);
  CHECK(std::vector<Answer>(answers, answers + 3) == wanted && numbers[0] == 4930901820 && generation == 2);
  CHECK(gate.check_numbers(nullptr, 3, answers) == Status::InvalidArgument);
  CHECK(gate.lists() == R"(["blocked"])");

  const stoplist::Verdict verdict = gate.check(text).or_throw();
  CHECK(verdict.blocked() && verdict.list() == "blocked" && verdict.number() == 4930901820);
  CHECK(verdict.generation() == 2 && verdict.status() == Status::Ok);
}

// -- Callbacks -------------------------------------------------------------------------------------------------

struct Interrupted {
  int at;
};

void callbacks_may_throw(const std::string& scratch) {
  const Store store = Store::create(scratch + "/callbacks.store", "ana");
  store.create_list("ana", "dnc");
  const std::string path = scratch + "/numbers.txt";
  std::ofstream file(path);
  for (std::uint64_t number = 12025000000; number < 12025200000; ++number) {
    file << '+' << number << '\n';
  }
  file.close();
  const std::uint64_t before = store.generation();

  int calls = 0;
  bool caught = false;
  try {
    store.import_list("ana", "dnc", path, {}, [&](std::uint64_t, std::uint64_t) -> bool {
      ++calls;
      throw Interrupted{calls};
    });
  } catch (const Interrupted& interrupted) {
    caught = interrupted.at == 1;
  }
  CHECK(caught && calls == 1);
  CHECK(store.generation() == before);
  CHECK(status([&] {
          store.import_list("ana", "dnc", path, {}, [](std::uint64_t, std::uint64_t) { return false; });
        }) == Status::Cancelled);
  CHECK(store.generation() == before);

  stoplist::BulkTargets targets;
  targets.numbers = {12025550101, 12025550102};
  targets.origin = "test";
  caught = false;
  try {
    store.bulk_block("ana", targets, opt_out(), {}, {}, [](std::uint64_t, std::uint64_t) -> bool { throw Interrupted{7}; });
  } catch (const Interrupted& interrupted) {
    caught = interrupted.at == 7;
  }
  CHECK(caught && store.generation() == before && store.gate().check(12025550101).allowed());

  std::uint64_t last = 0;
  int asked = 0;
  const auto watch = [&](std::uint64_t done, std::uint64_t) {
    CHECK(done >= last);
    last = done;
    ++asked;
    return true;
  };
  store.import_list("ana", "dnc", path, {}, watch);
  CHECK(last == 200000 && store.gate().check(12025199999).blocked());
  // What the last call of it throws still cancels.
  const std::uint64_t imported = store.generation();
  caught = false;
  try {
    store.import_list("ana", "dnc", path, {}, [&](std::uint64_t, std::uint64_t) {
      return --asked > 0 ? true : throw Interrupted{9};
    });
  } catch (const Interrupted&) {
    caught = true;
  }
  CHECK(caught && store.generation() == imported);
  store.bulk_block("ana", targets, opt_out(), {}, {}, [](std::uint64_t, std::uint64_t) { return true; });
  CHECK(store.gate().check(12025550102).blocked());
  caught = false;
  try {
    store.bulk_unblock("ana", targets, opt_out(), {}, [](std::uint64_t, std::uint64_t) -> bool { throw Interrupted{8}; });
  } catch (const Interrupted&) {
    caught = true;
  }
  CHECK(caught && store.gate().check(12025550102).blocked());
}

// -- Ranges ----------------------------------------------------------------------------------------------------

void the_scanner_skips_what_is_inside() {
  using stoplist::detail::member;
  using stoplist::detail::query_after;
  CHECK(member(R"({"next":"x"})", "next") == R"("x")");
  CHECK(member(R"( { "a" : { "next" : 1 } , "next" : "two" } )", "next") == R"("two")");
  CHECK(member(R"({"a":"\"next\":\"no\",","b":["next",{"next":"no"},"]}"],"next":"y\"\\"})", "next") == R"("y\"\\")");
  CHECK(member(R"({"a":1,"next":null,"b":2})", "next") == std::nullopt);
  CHECK(member(R"({"a":[],"b":{},"c":-1.5e3,"d":true})", "next") == std::nullopt);
  CHECK(member(R"({"ne\u0078t":"z"})", "next") == R"("z")");
  CHECK(member(R"({"nex":1,"nextt":2,"n\next":3})", "next") == std::nullopt);
  CHECK(member("{}", "next") == std::nullopt);
  CHECK(member("{\"next\" \t\r\n: 12 }", "next") == "12");
  for (const char* lost : {"", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":1", "{\"a\":1 \"b\":2}",
                           "{a:1}", "{\"a\":}", "{\"a\":[1,", "null"}) {
    CHECK(status([&] { (void)member(lost, "next"); }) == Status::Data);
  }
  CHECK(query_after("", "\"c\"") == R"({"after":"c"})");
  CHECK(query_after(" {} ", "\"c\"") == R"({"after":"c"})");
  CHECK(query_after(R"({ "per_page" : 5 , "page":2, "search":"a,}\"{" })", "\"c\"") ==
        R"({"per_page":5,"search":"a,}\"{","after":"c"})");
  CHECK(query_after(R"({"after":"b","groups":["x",{"after":1}]})", "\"c\"") ==
        R"({"groups":["x",{"after":1}],"after":"c"})");
}

/// The ids of the contacts on a page.
void collect(const std::string& page, std::multiset<std::string>& ids) {
  static const std::string key = "{\"id\":\"";
  for (std::size_t at = page.find(key); at != std::string::npos; at = page.find(key, at + 1)) {
    const std::size_t begins = at + key.size();
    ids.insert(page.substr(begins, page.find('"', begins) - begins));
  }
}

void pages_have_each_contact_once(const std::string& scratch) {
  constexpr std::size_t kContacts = 2500;
  stoplist::StoreOptions options;
  options.sync_interval = std::chrono::milliseconds(100);
  const Store store = Store::create(scratch + "/pages.store", "ana", options);
  for (std::size_t at = 0; at < kContacts; ++at) {
    // Names that look like what the range looks for, and that sort by escapes and by other scripts.
    const std::string name = at % 3 == 0   ? R"(\",\"next\":\"no\",{[\\)"
                             : at % 3 == 1 ? R"(\u00e9\t\ud83d\ude00)"
                                           : "plain";
    store.create_contact("ana", R"({"name":")" + name + R"(","primary":"+)" + std::to_string(12025000000 + at) +
                                    R"(","category":")" + (at % 2 == 0 ? "even" : "odd") + R"("})");
  }
  std::multiset<std::string> ids;
  const auto each_once = [&ids](std::size_t count) {
    return ids.size() == count && std::set<std::string>(ids.begin(), ids.end()).size() == count;
  };
  std::size_t pages = 0;
  for (const std::string& page : store.contact_pages("ana")) {
    collect(page, ids);
    ++pages;
  }
  CHECK(each_once(kContacts) && pages == kContacts / 50);

  ids.clear();
  pages = 0;
  for (const std::string& page : store.contact_pages("ana", " { \"per_page\" : 99 , \"sort\":\"name:desc\" }\n")) {
    collect(page, ids);
    ++pages;
  }
  CHECK(each_once(kContacts) && pages == 26);

  ids.clear();
  for (const std::string& page : store.contact_pages("ana", R"({"category":"odd","per_page":1000})")) {
    collect(page, ids);
  }
  CHECK(each_once(kContacts / 2));

  // From a page on; and again from the beginning.
  auto later = store.contact_pages("ana", R"({"page":3,"per_page":1000})");
  for (int times = 0; times < 2; ++times) {
    ids.clear();
    for (const std::string& page : later) {
      collect(page, ids);
    }
    CHECK(each_once(500));
  }

  ids.clear();
  for (const std::string& page : store.contact_pages("ana", R"({"search":"nobody has this name"})")) {
    collect(page, ids);
    CHECK(page.find("\"total\":0") != std::string::npos);
  }
  CHECK(ids.empty());
  CHECK(status([&] { (void)store.contact_pages("ana", "{").begin(); }) == Status::Data);
  CHECK(status([&] { (void)store.contact_pages("nobody").begin(); }) == Status::Denied);

  std::uint64_t changes = 0;
  auto all = store.changes("ana", 0, {700, {}});
  static const std::string key = "{\"generation\":";
  for (const std::string& page : all) {
    for (std::size_t at = page.find(key); at != std::string::npos; at = page.find(key, at + 1)) {
      ++changes;
    }
  }
  CHECK(changes == store.generation() && all.since() == changes);
  CHECK(all.begin() == all.end());
  store.block("ana", "c1", opt_out());
  CHECK(all.begin() != all.end() && all.since() == changes + 1);
}

// -- Closed stores ---------------------------------------------------------------------------------------------

void a_closed_store_answers_closed(const std::string& scratch) {
  const std::string path = scratch + "/closed.store";
  Store store = Store::create(path, "ana");
  store.block("ana", "+12025550101", opt_out());
  const Gate gate = store.gate();
  const Gate frozen = gate.freeze();
  const auto filter = store.filter();
  const auto of_frozen = stoplist::Filter::of_gate(frozen);
  auto pages = store.contact_pages("ana");
  store.export_list("ana", "blocked", scratch + "/closed.idx");
  const Gate index = Gate::open_index(scratch + "/closed.idx", "of-a-file", 2);
  store.close();

  const auto closed = [](auto&& call) { return status(call) == Status::Closed; };
  CHECK(closed([&] { store.close(); }));
  CHECK(closed([&] { (void)store.generation(); }));
  CHECK(closed([&] { (void)store.gate(); }));
  CHECK(closed([&] { store.block("ana", "+12025550102", opt_out()); }));
  CHECK(closed([&] { (void)pages.begin(); }));
  CHECK(closed([&] { (void)store.explain(12025550101, "blocked"); }));
  CHECK(closed([&] { (void)gate.generation(); }));
  CHECK(closed([&] { (void)gate.check_numbers({12025550101}); }));
  CHECK(gate.check(12025550101).status() == Status::Closed && gate.check("+12025550102").status() == Status::Closed);
  CHECK(!gate.check(12025550102).allowed() && closed([&] { (void)gate.check(12025550102).or_throw(); }));
  Answer answer = Answer::None;
  const std::uint64_t number = 12025550102;
  CHECK(gate.check_numbers(&number, 1, &answer) == Status::Closed && answer == Answer::None);
  CHECK(closed([&] { (void)filter.batch(stoplist::Batch()); }));

  CHECK(frozen.check(12025550101).blocked() && frozen.check(12025550102).allowed());
  const auto of_file = index.check(12025550101);
  CHECK(of_file.blocked() && of_file.list() == "of-a-file" && of_file.generation() == 2);
  const Store again = Store::open(path);
  CHECK(again.gate().check(12025550101).blocked());
}

// -- Arrow -----------------------------------------------------------------------------------------------------

std::atomic<int> arrays_alive{0};
std::atomic<int> schemas_alive{0};
std::atomic<int> streams_alive{0};

/// A batch of one text column, and how often anything of it is released.
struct Column {
  std::int32_t offsets[3] = {0, 12, 24};
  char phones[25] = "+12025550101+12025550102";
  const void* buffers[3] = {nullptr, offsets, phones};
  const void* row_buffers[1] = {nullptr};
  ArrowArray array = {};
  ArrowArray* children[1] = {&array};
};

void make_array(ArrowArray* out) {
  auto* column = new Column;
  column->array.length = 2;
  column->array.n_buffers = 3;
  column->array.buffers = column->buffers;
  column->array.release = [](ArrowArray* child) { child->release = nullptr; };
  *out = ArrowArray{};
  out->length = 2;
  out->n_buffers = 1;
  out->buffers = column->row_buffers;
  out->n_children = 1;
  out->children = column->children;
  out->private_data = column;
  out->release = [](ArrowArray* array) {
    if (array->children[0]->release != nullptr) {
      array->children[0]->release(array->children[0]);
    }
    delete static_cast<Column*>(array->private_data);
    array->release = nullptr;
    --arrays_alive;
  };
  ++arrays_alive;
}

struct ColumnSchema {
  ArrowSchema schema = {};
  ArrowSchema* children[1] = {&schema};
};

void make_schema(ArrowSchema* out) {
  auto* column = new ColumnSchema;
  column->schema.format = "u";
  column->schema.name = "phone";
  column->schema.release = [](ArrowSchema* child) { child->release = nullptr; };
  *out = ArrowSchema{};
  out->format = "+s";
  out->name = "";
  out->n_children = 1;
  out->children = column->children;
  out->private_data = column;
  out->release = [](ArrowSchema* schema) {
    if (schema->children[0]->release != nullptr) {
      schema->children[0]->release(schema->children[0]);
    }
    delete static_cast<ColumnSchema*>(schema->private_data);
    schema->release = nullptr;
    --schemas_alive;
  };
  ++schemas_alive;
}

stoplist::Batch make_batch() {
  stoplist::Batch batch;
  make_array(batch.array.get());
  make_schema(batch.schema.get());
  return batch;
}

/// A stream of so many batches.
void make_stream(ArrowArrayStream* out, int batches) {
  *out = ArrowArrayStream{};
  out->private_data = new int(batches);
  out->get_schema = [](ArrowArrayStream*, ArrowSchema* schema) {
    make_schema(schema);
    return 0;
  };
  out->get_next = [](ArrowArrayStream* stream, ArrowArray* array) {
    int& left = *static_cast<int*>(stream->private_data);
    *array = ArrowArray{};
    if (left > 0) {
      --left;
      make_array(array);
    }
    return 0;
  };
  out->get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  out->release = [](ArrowArrayStream* stream) {
    delete static_cast<int*>(stream->private_data);
    stream->release = nullptr;
    --streams_alive;
  };
  ++streams_alive;
}

void arrow_structures_are_released_once(const std::string& scratch) {
  Store store = Store::create(scratch + "/arrow.store", "ana");
  store.block("ana", "+12025550101", opt_out());
  stoplist::FilterOptions how;
  how.threads = 1;
  {
    const auto filter = store.filter({}, how);
    auto out = filter.batch(make_batch());
    CHECK(out.kept.array && out.kept.array->length == 1 && !out.excluded.array && out.report.counts().blocked == 1);
    stoplist::Owned<ArrowArray> moved = std::move(out.kept.array);
    CHECK(moved && !out.kept.array);
    ArrowArray raw = moved.take();
    CHECK(!moved && raw.release != nullptr);
    raw.release(&raw);

    // Also by what fails: a filter that is none, and a batch without a schema.
    CHECK(status([] { (void)stoplist::Filter().batch(make_batch()); }) == Status::InvalidArgument);
    stoplist::Batch half = make_batch();
    CHECK(status([&] { (void)filter.batch(half.array.get(), nullptr); }) == Status::InvalidArgument);
    CHECK(!half.array && half.schema);
    CHECK(status([] { (void)stoplist::Filter().recheck(make_batch(), stoplist::Report()); }) == Status::InvalidArgument);
    const auto again = filter.recheck(make_batch(), stoplist::Report());
    CHECK(again.kept.array->length == 1 && again.blocked.array->length == 1);
    stoplist::Owned<ArrowArrayStream> lost;
    make_stream(lost.get(), 2);
    CHECK(status([&] { (void)stoplist::Filter().stream(lost.get()); }) == Status::InvalidArgument);
    CHECK(!lost);

    stoplist::Owned<ArrowArrayStream> stream;
    make_stream(stream.get(), 3);
    auto pass = filter.stream(std::move(stream));
    CHECK(pass.schemas().kept->n_children == 1);
    CHECK(pass.next()->kept->length == 1);
    auto rest = pass.export_stream();
    stoplist::Owned<ArrowArray> next;
    CHECK(rest->get_next(rest.get(), next.get()) == 0 && next && next->length == 1);
    CHECK(pass.report().counts().rows == 4);
    const std::uint64_t recorded = pass.record("ana", "list.arrows", "sha256:" + std::string(64, '0'));
    CHECK(recorded == store.generation());
    pass = stoplist::Pass();

    stoplist::Owned<ArrowArrayStream> unread;
    make_stream(unread.get(), 3);
    const auto dropped = filter.stream(std::move(unread));
    how.excluded = true;
    make_stream(unread.get(), 1);
    const auto with_excluded = store.filter({}, how).stream(std::move(unread));
    const auto rows = with_excluded.next();
    CHECK(rows && rows->kept->length == 1 && rows->excluded->length == 1);
    CHECK(!with_excluded.next() && with_excluded.schemas().excluded->n_children == 4);
    const auto of_gate = stoplist::Filter::of_gate(store.gate(), how).batch(make_batch());
    CHECK(of_gate.excluded.array->length == 1);
  }
  CHECK(arrays_alive == 0);
  CHECK(schemas_alive == 0);
  CHECK(streams_alive == 0);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: wrapper SCRATCH_DIR LIBRARY_PATH\n";
    return 2;
  }
  const std::string scratch = arguments[1];
  try {
    handles_that_own_nothing_are_errors(scratch);
    errors_say_what_and_the_way_out(scratch);
    answers_come_in_every_form(scratch);
    callbacks_may_throw(scratch);
    the_scanner_skips_what_is_inside();
    pages_have_each_contact_once(scratch);
    a_closed_store_answers_closed(scratch);
    arrow_structures_are_released_once(scratch);
  } catch (const std::exception& error) {
    std::cerr << "wrapper: " << error.what() << '\n';
    return 1;
  }
  return failures == 0 ? 0 : 1;
}
