// stoplist.hpp: how does a C++ program ask whether a message may pass?
//
// C++17 over stoplist.h, in this header alone: nothing to build, nothing but the C library to link. What each call
// does, costs and refuses stands in stoplist.h; here stands what C++ adds.
//
// Handles.   Store, Gate, Filter, Pass and Report own one handle of the C library each: they move, do not copy, and
//            free what they own. A handle that was moved from, or made by the default constructor, owns nothing:
//            using it is an Error (InvalidArgument), never a crash. `const` members may be called by many threads
//            at once; moving, assigning, destroying and Store::close need the object to themselves.
// Lifetime.  A gate, filter or pass does not keep its store open. After Store::close, or its destructor, they
//            answer Status::Closed; frozen gates, and those of an index file, go on.
// Errors.    Whatever fails throws one type, Error: a status to branch on, a code that names the case, a message
//            with cause and remedy. Exceptions, because a status that nobody looked at is a block that nobody
//            obeyed. A host that builds with -fno-exceptions uses stoplist.h.
// Hot path.  Gate::check and the pointer forms of check_numbers and check_texts neither throw nor allocate. A check
//            that fails is no allow: Verdict::allowed() is false then, and Verdict::or_throw() makes an Error of it.
// Text.      std::string_view in; borrowed for the call. What has to last is copied by the library.
// JSON.      Contacts, reports and changes are JSON documents in std::string, in and out, as in C: the same document
//            at every door and in every language, and no JSON library forced on the host.
// Callbacks. A progress function may throw: that cancels the call, and the exception comes out of the call.
// Arrow.     Structures that are passed in are taken in every case, also when the call throws. Those that come out
//            are in Owned<…>, which releases them.
// Fork.      In a forked child gates answer and destructors are harmless; all else gives Status::Forked.
#ifndef STOPLIST_HPP
#define STOPLIST_HPP

#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#error "stoplist.hpp reports errors by exceptions; without them, use stoplist.h"
#endif

#include "stoplist.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace stoplist {

// -- Words -------------------------------------------------------------------------------------------------------

/// What a call came to; what sort of thing went wrong.
enum class Status : std::int32_t {
  Ok = STOPLIST_OK,
  InvalidArgument = STOPLIST_INVALID_ARGUMENT,
  NotUtf8 = STOPLIST_NOT_UTF8,
  Closed = STOPLIST_CLOSED,
  Forked = STOPLIST_FORKED,
  Panic = STOPLIST_PANIC,
  Cancelled = STOPLIST_CANCELLED,
  Usage = STOPLIST_USAGE,
  NotFound = STOPLIST_NOT_FOUND,
  Exists = STOPLIST_EXISTS,
  Data = STOPLIST_DATA,
  NotANumber = STOPLIST_NOT_A_NUMBER,
  Denied = STOPLIST_DENIED,
  Locked = STOPLIST_LOCKED,
  Damaged = STOPLIST_DAMAGED,
  Poisoned = STOPLIST_POISONED,
  Stale = STOPLIST_STALE,
  Arrow = STOPLIST_ARROW,
  Io = STOPLIST_IO,
};

/// The answer to whether a message may pass. None is the answer to nothing, and never an allow.
enum class Answer : std::uint8_t {
  None = 0,
  Allow = STOPLIST_ALLOW,
  Block = STOPLIST_BLOCK,
  Invalid = STOPLIST_INVALID,
};

/// Why a text is no number.
enum class Refusal : std::int32_t {
  None = 0,
  Empty = STOPLIST_REFUSAL_EMPTY,
  NotANumber = STOPLIST_REFUSAL_NOT_A_NUMBER,
  Letters = STOPLIST_REFUSAL_LETTERS,
  Wildcard = STOPLIST_REFUSAL_WILDCARD,
  UnknownCallingCode = STOPLIST_REFUSAL_UNKNOWN_CALLING_CODE,
  TooShort = STOPLIST_REFUSAL_TOO_SHORT,
  TooLong = STOPLIST_REFUSAL_TOO_LONG,
  LocalOnly = STOPLIST_REFUSAL_LOCAL_ONLY,
  NeedsRegion = STOPLIST_REFUSAL_NEEDS_REGION,
};

/// What a restriction stops, as a set: Traffic::Outbound | Traffic::Broadcast.
enum class Traffic : std::uint32_t {
  Inbound = STOPLIST_INBOUND,
  Outbound = STOPLIST_OUTBOUND,
  Automated = STOPLIST_AUTOMATED,
  Broadcast = STOPLIST_BROADCAST,
  All = STOPLIST_ALL_TRAFFIC,
};

/// What an actor may do, as a set. None implies another.
enum class Permissions : std::uint32_t {
  None = 0,
  View = STOPLIST_MAY_VIEW,
  Edit = STOPLIST_MAY_EDIT,
  Block = STOPLIST_MAY_BLOCK,
  Bulk = STOPLIST_MAY_BULK,
  Lists = STOPLIST_MAY_LISTS,
  Audit = STOPLIST_MAY_AUDIT,
  Admin = STOPLIST_MAY_ADMIN,
};

[[nodiscard]] constexpr Traffic operator|(Traffic one, Traffic other) noexcept {
  return static_cast<Traffic>(static_cast<std::uint32_t>(one) | static_cast<std::uint32_t>(other));
}
[[nodiscard]] constexpr Permissions operator|(Permissions one, Permissions other) noexcept {
  return static_cast<Permissions>(static_cast<std::uint32_t>(one) | static_cast<std::uint32_t>(other));
}

/// A moment. Kept to the millisecond.
using Time = std::chrono::system_clock::time_point;

/// Called now and then while a long call works, on the thread that calls. `total` is 0 while it is unknown. Returns
/// whether to go on; false cancels the call, which then throws Error (Cancelled) and has changed nothing. An
/// exception cancels likewise and comes out of the call, also when it came too late to stop anything.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// Why a call failed.
class Error : public std::runtime_error {
 public:
  Error(Status status, std::string_view code, const std::string& message)
      : std::runtime_error(message), status_(status) {
    // Kept inside, so that an exception in flight can be copied without memory.
    std::memcpy(code_, code.data(), std::min(code.size(), sizeof code_ - 1));
  }

  /// What sort of thing went wrong.
  [[nodiscard]] Status status() const noexcept { return status_; }
  /// The fixed name of the case, such as "unknown_list"; never changes. what() says it in words, with the remedy.
  [[nodiscard]] std::string_view code() const noexcept { return code_; }

 private:
  Status status_;
  char code_[64] = {};
};

/// Several texts as one argument: {"c1", "c2"}, a vector of strings or views, or one text. Borrows them.
class Texts {
 public:
  Texts() = default;
  Texts(std::initializer_list<std::string_view> texts) { add_all(texts); }
  Texts(const std::vector<std::string>& texts) { add_all(texts); }
  Texts(const std::vector<std::string_view>& texts) { add_all(texts); }
  template <typename Text, typename = std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>>>
  Texts(const Text& text) {
    add(text);
  }

  [[nodiscard]] const char* const* data() const noexcept { return starts_.data(); }
  [[nodiscard]] const std::size_t* lens() const noexcept { return lens_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return starts_.size(); }

 private:
  template <typename All>
  void add_all(const All& texts) {
    starts_.reserve(texts.size());
    lens_.reserve(texts.size());
    for (const auto& text : texts) {
      add(text);
    }
  }
  void add(std::string_view text) {
    starts_.push_back(text.data());
    lens_.push_back(text.size());
  }

  std::vector<const char*> starts_;
  std::vector<std::size_t> lens_;
};

// -- Options: plain structs; each field's default is the library's ---------------------------------------------------

/// How a store is opened.
struct StoreOptions {
  std::chrono::milliseconds sync_interval{0};  ///< 0: every change is on disk when its call returns.
  bool state_in_memory = false;                ///< No state on disk: every opening reads the whole journal.
  std::string region = {};                     ///< "DE": how numbers without + are read.
};

/// Which lists a gate asks, and how it reads texts.
struct GateOptions {
  Traffic traffic = Traffic::All;
  std::vector<std::string> lists = {};  ///< None: every list that stops some of the traffic.
  std::string region = {};              ///< "DE": how texts without + are read. None: they are invalid.
};

/// Why something is done, and where that can be looked up.
struct Documentation {
  std::string reason = {};  ///< A code such as "opt_out"; needed.
  std::string note = {};
  std::string reference = {};
  std::string source = {};
};

/// What a block stops, and until when.
struct BlockOptions {
  Traffic traffic = Traffic::All;
  std::optional<Time> until = {};  ///< None: until it is lifted.
};

/// Whom a bulk operation is about: exactly one of the three kinds.
struct BulkTargets {
  std::vector<std::string> filters = {};    ///< "category=Lead": all must hold.
  std::vector<std::string> who = {};        ///< Ids of contacts, and numbers.
  std::vector<std::uint64_t> numbers = {};
  std::string origin = {};                  ///< Where `numbers` come from, for the journal.
};

/// How careful a bulk operation is.
struct BulkLimits {
  bool dry_run = false;          ///< Only says what it would do.
  bool confirmed = false;        ///< May change more than max_percent.
  std::uint32_t max_percent = 20;  ///< Of all contacts, 1 to 100.
};

/// What a list is for.
struct ListSettings {
  Traffic traffic = Traffic::All;
  std::uint32_t max_age_days = 0;  ///< 0: never stale.
  bool fail_when_stale = false;    ///< A filter refuses to work with it then, instead of saying so.
  std::string source = {};         ///< Where its numbers come from; the reason that verdicts explain.
};

/// How numbers get into a list.
struct ImportOptions {
  bool replace = false;            ///< The list becomes equal to the file.
  bool dry_run = false;            ///< Only says what it would do.
  std::optional<Time> as_of = {};  ///< When the source was so; none: now.
  std::string format = {};         ///< "csv"; none: the content tells.
  std::string column = {};         ///< None: its name tells.
};

/// What a filter does with a row that is not a number, or null.
enum class OnRow : std::int32_t { Exclude = STOPLIST_EXCLUDE, Keep = STOPLIST_KEEP, Fail = STOPLIST_FAIL };

/// What a filter does with a row some of whose numbers are blocked.
enum class OnBlocked : std::int32_t { ExcludeRow = STOPLIST_EXCLUDE_ROW, EmptyCell = STOPLIST_EMPTY_CELL };

/// How a filter works.
struct FilterOptions {
  std::vector<std::string> columns = {};  ///< None: found by the usual names.
  OnRow on_invalid = OnRow::Exclude;
  OnRow on_null = OnRow::Exclude;
  OnBlocked on_blocked = OnBlocked::ExcludeRow;
  std::uint32_t threads = 0;  ///< 0: one a core.
  bool excluded = false;      ///< Gives the excluded rows back, with the reason.
};

/// How changes are paged.
struct ChangesOptions {
  std::size_t max = 0;                   ///< Changes on a page; 0: 1,000.
  std::chrono::milliseconds timeout{0};  ///< How long a page waits for its first change; 49 days at most.
};

/// How rows came out of a filter.
using Counts = stoplist_counts;

/// Why a list stops a number.
struct Explanation {
  std::string reason = {};         ///< Empty when there is none.
  std::optional<Time> until = {};  ///< When it ends by itself.
};

// -- What the rest is made of ------------------------------------------------------------------------------------

namespace detail {

struct Free {
  void operator()(stoplist_error* error) const noexcept { stoplist_error_free(error); }
  void operator()(stoplist_text* text) const noexcept { stoplist_text_free(text); }
  void operator()(stoplist_store* store) const noexcept { (void)stoplist_store_close(store, nullptr); }
  void operator()(stoplist_gate* gate) const noexcept { stoplist_gate_free(gate); }
  void operator()(stoplist_filter* filter) const noexcept { stoplist_filter_free(filter); }
  void operator()(stoplist_pass* pass) const noexcept { stoplist_pass_free(pass); }
  void operator()(stoplist_report* report) const noexcept { stoplist_report_free(report); }
};

template <typename T>
using Handle = std::unique_ptr<T, Free>;

[[noreturn]] inline void fail(std::int32_t status, const stoplist_error* error) {
  const char* name = stoplist_status_name(status);
  if (error == nullptr) {
    throw Error(static_cast<Status>(status), name, name);
  }
  throw Error(static_cast<Status>(status), stoplist_error_code(error), stoplist_error_message(error));
}

/// Makes a call whose last argument is where its error goes.
template <typename Call>
void call(Call&& made) {
  stoplist_error* error = nullptr;
  const std::int32_t status = made(&error);
  const Handle<stoplist_error> owned(error);
  if (status != STOPLIST_OK) {
    fail(status, owned.get());
  }
}

/// Makes a call whose last arguments are where its result and its error go.
template <typename T, typename Call>
[[nodiscard]] T value(Call&& made) {
  T result{};
  call([&](stoplist_error** error) { return made(&result, error); });
  return result;
}

template <typename T, typename Call>
[[nodiscard]] Handle<T> handle(Call&& made) {
  return Handle<T>(value<T*>(std::forward<Call>(made)));
}

template <typename Call>
[[nodiscard]] std::string text(Call&& made) {
  const auto taken = handle<stoplist_text>(std::forward<Call>(made));
  return std::string(stoplist_text_data(taken.get()), stoplist_text_len(taken.get()));
}

/// The library that is linked has to be the one of this header.
inline void check_abi() {
  if (stoplist_abi_version() != STOPLIST_ABI_VERSION) {
    throw Error(Status::InvalidArgument, "abi_version",
                "the library that is linked has another ABI than stoplist.h: build with the header of the library");
  }
}

/// As the C interface has it, where 0 is no moment: the first of 1970 is as past a millisecond later.
[[nodiscard]] inline std::int64_t millis(const std::optional<Time>& time) {
  if (!time) {
    return 0;
  }
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time->time_since_epoch()).count();
  return since == 0 ? 1 : static_cast<std::int64_t>(since);
}

[[nodiscard]] inline std::uint32_t millis(std::chrono::milliseconds span) noexcept {
  constexpr std::uint32_t most = UINT32_MAX;
  return span.count() <= 0 ? 0 : span.count() < most ? static_cast<std::uint32_t>(span.count()) : most;
}

[[nodiscard]] inline stoplist_store_options to_c(const StoreOptions& options) noexcept {
  stoplist_store_options c{};
  c.size = sizeof c;
  c.sync_interval_ms = millis(options.sync_interval);
  c.state_in_memory = options.state_in_memory ? 1 : 0;
  c.region = options.region.data();
  c.region_len = options.region.size();
  return c;
}

[[nodiscard]] inline stoplist_gate_options to_c(const GateOptions& options, const Texts& lists) noexcept {
  stoplist_gate_options c{};
  c.size = sizeof c;
  c.traffic = static_cast<std::uint32_t>(options.traffic);
  c.lists = lists.data();
  c.list_lens = lists.lens();
  c.lists_count = lists.size();
  c.region = options.region.data();
  c.region_len = options.region.size();
  return c;
}

[[nodiscard]] inline stoplist_documentation to_c(const Documentation& why) noexcept {
  stoplist_documentation c{};
  c.size = sizeof c;
  c.reason = why.reason.data();
  c.reason_len = why.reason.size();
  c.note = why.note.data();
  c.note_len = why.note.size();
  c.reference = why.reference.data();
  c.reference_len = why.reference.size();
  c.source = why.source.data();
  c.source_len = why.source.size();
  return c;
}

[[nodiscard]] inline stoplist_block_options to_c(const BlockOptions& options) {
  stoplist_block_options c{};
  c.size = sizeof c;
  c.traffic = static_cast<std::uint32_t>(options.traffic);
  c.until_ms = millis(options.until);
  return c;
}

[[nodiscard]] inline stoplist_bulk_targets to_c(const BulkTargets& targets, const Texts& filters,
                                                const Texts& who) noexcept {
  stoplist_bulk_targets c{};
  c.size = sizeof c;
  c.filters = filters.data();
  c.filter_lens = filters.lens();
  c.filters_count = filters.size();
  c.who = who.data();
  c.who_lens = who.lens();
  c.who_count = who.size();
  c.numbers = targets.numbers.data();
  c.numbers_count = targets.numbers.size();
  c.origin = targets.origin.data();
  c.origin_len = targets.origin.size();
  return c;
}

[[nodiscard]] inline stoplist_bulk_limits to_c(const BulkLimits& limits) noexcept {
  stoplist_bulk_limits c{};
  c.size = sizeof c;
  c.dry_run = limits.dry_run ? 1 : 0;
  c.confirmed = limits.confirmed ? 1 : 0;
  c.max_percent = limits.max_percent;
  return c;
}

[[nodiscard]] inline stoplist_list_settings to_c(const ListSettings& settings) noexcept {
  stoplist_list_settings c{};
  c.size = sizeof c;
  c.traffic = static_cast<std::uint32_t>(settings.traffic);
  c.max_age_days = settings.max_age_days;
  c.fail_when_stale = settings.fail_when_stale ? 1 : 0;
  c.source = settings.source.data();
  c.source_len = settings.source.size();
  return c;
}

[[nodiscard]] inline stoplist_import_options to_c(const ImportOptions& options) {
  stoplist_import_options c{};
  c.size = sizeof c;
  c.replace = options.replace ? 1 : 0;
  c.dry_run = options.dry_run ? 1 : 0;
  c.as_of_ms = millis(options.as_of);
  c.format = options.format.data();
  c.format_len = options.format.size();
  c.column = options.column.data();
  c.column_len = options.column.size();
  return c;
}

[[nodiscard]] inline stoplist_filter_options to_c(const FilterOptions& options, const Texts& columns) noexcept {
  stoplist_filter_options c{};
  c.size = sizeof c;
  c.columns = columns.data();
  c.column_lens = columns.lens();
  c.columns_count = columns.size();
  c.on_invalid = static_cast<std::int32_t>(options.on_invalid);
  c.on_null = static_cast<std::int32_t>(options.on_null);
  c.on_blocked = static_cast<std::int32_t>(options.on_blocked);
  c.threads = options.threads;
  c.excluded = options.excluded ? 1 : 0;
  return c;
}

/// A progress function at work, and what it threw.
struct Watched {
  const Progress& progress;
  std::exception_ptr thrown = nullptr;
};

/// No exception may pass through the library: it stops here, cancels, and waits for the call's end.
extern "C" inline std::int32_t stoplist_hpp_progress(void* user, std::uint64_t done, std::uint64_t total) noexcept {
  auto& watched = *static_cast<Watched*>(user);
  if (watched.thrown) {
    return 1;
  }
  try {
    return watched.progress(done, total) ? 0 : 1;
  } catch (...) {
    watched.thrown = std::current_exception();
    return 1;
  }
}

/// Makes a call that takes a progress function, and gives JSON.
template <typename Call>
[[nodiscard]] std::string watched_text(const Progress& progress, Call&& made) {
  Watched watched{progress};
  const stoplist_progress hook = progress ? &stoplist_hpp_progress : nullptr;
  stoplist_text* json = nullptr;
  stoplist_error* error = nullptr;
  const std::int32_t status = made(hook, static_cast<void*>(&watched), &json, &error);
  const Handle<stoplist_text> owned_json(json);
  const Handle<stoplist_error> owned_error(error);
  if (watched.thrown) {
    std::rethrow_exception(watched.thrown);
  }
  if (status != STOPLIST_OK) {
    fail(status, owned_error.get());
  }
  return std::string(stoplist_text_data(json), stoplist_text_len(json));
}

/// Walks the members of a JSON object's text, without decoding them: what is inside of a value, strings and nested
/// objects and all, is skipped. Finds its way in valid JSON; throws Error (Data) where it loses it.
class Members {
 public:
  explicit Members(std::string_view object) : rest_(object) {
    blank();
    expect('{');
  }

  /// Goes to the next member; false after the last.
  [[nodiscard]] bool next() {
    blank();
    if (peek() == '}') {
      return false;
    }
    if (!first_) {
      expect(',');
      blank();
    }
    first_ = false;
    key_ = string();
    blank();
    expect(':');
    blank();
    value_ = value();
    return true;
  }

  /// As it stands there, with its quotes.
  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  /// As it stands there.
  [[nodiscard]] std::string_view value_text() const noexcept { return value_; }

  /// Whether the key is this name, of ASCII letters, however it is escaped.
  [[nodiscard]] bool key_is(std::string_view name) const noexcept {
    std::string_view left = key_.substr(1, key_.size() - 2);
    for (const char wanted : name) {
      if (left.empty()) {
        return false;
      }
      char is = left.front();
      std::size_t length = 1;
      if (is == '\\') {
        if (left.size() < 6 || left[1] != 'u') {
          return false;
        }
        unsigned code = 0;
        for (const char digit : left.substr(2, 4)) {
          const unsigned nibble = digit <= '9' ? static_cast<unsigned>(digit - '0')
                                               : static_cast<unsigned>((digit | 0x20) - 'a' + 10);
          code = code * 16 + nibble;
        }
        is = code < 128 ? static_cast<char>(code) : '\0';
        length = 6;
      }
      if (is != wanted) {
        return false;
      }
      left.remove_prefix(length);
    }
    return left.empty();
  }

 private:
  [[noreturn]] static void lost() {
    throw Error(Status::Data, "json", "a document is not a JSON object: write it as {\"name\": value, …}");
  }
  [[nodiscard]] char peek() const {
    if (rest_.empty()) {
      lost();
    }
    return rest_.front();
  }
  void expect(char wanted) {
    if (peek() != wanted) {
      lost();
    }
    rest_.remove_prefix(1);
  }
  void blank() noexcept {
    const auto begins = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(begins == std::string_view::npos ? rest_.size() : begins);
  }
  std::string_view taken(std::size_t length) noexcept {
    const std::string_view front = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return front;
  }
  /// Where the string that begins at a place ends.
  [[nodiscard]] std::size_t end_of_string(std::size_t at) const {
    for (++at; at < rest_.size(); ++at) {
      if (rest_[at] == '"') {
        return at + 1;
      }
      if (rest_[at] == '\\') {
        ++at;
      }
    }
    lost();
  }
  std::string_view string() {
    if (peek() != '"') {
      lost();
    }
    return taken(end_of_string(0));
  }
  std::string_view value() {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < rest_.size();) {
      const char c = rest_[at];
      if (c == '"') {
        at = end_of_string(at);
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at;
      } else if (depth == 0 && (c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
        return at == 0 ? (lost(), std::string_view()) : taken(at);
      } else {
        depth -= c == '}' || c == ']' ? 1 : 0;
        ++at;
      }
      if (depth == 0 && (c == '"' || c == '}' || c == ']')) {
        return taken(at);
      }
    }
    lost();
  }

  std::string_view rest_;
  std::string_view key_;
  std::string_view value_;
  bool first_ = true;
};

/// The value of a member of an object, as it stands there; none without it, and for null.
[[nodiscard]] inline std::optional<std::string_view> member(std::string_view object, std::string_view name) {
  for (Members members(object); members.next();) {
    if (members.key_is(name)) {
      const std::string_view value = members.value_text();
      return value == "null" ? std::nullopt : std::optional(value);
    }
  }
  return std::nullopt;
}

/// A query of contacts, from a cursor on: the same but for where it begins.
[[nodiscard]] inline std::string query_after(std::string_view query, std::string_view cursor) {
  std::string text = "{";
  if (!query.empty()) {
    for (Members members(query); members.next();) {
      if (!members.key_is("after") && !members.key_is("page")) {
        text.append(members.key()).append(":").append(members.value_text()).append(",");
      }
    }
  }
  return text.append("\"after\":").append(cursor).append("}");
}

/// Where a walk over pages is. `Pages` fetches.
template <typename Pages>
class PageIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using iterator_concept = std::input_iterator_tag;
  using value_type = std::string;
  using difference_type = std::ptrdiff_t;
  using pointer = const std::string*;
  using reference = const std::string&;

  /// The end.
  PageIterator() = default;
  explicit PageIterator(Pages* pages) noexcept : pages_(pages) {}

  [[nodiscard]] reference operator*() const noexcept { return pages_->page_; }
  [[nodiscard]] pointer operator->() const noexcept { return &pages_->page_; }
  /// Fetches the next page; throws what that throws.
  PageIterator& operator++() {
    if (!pages_->fetch_next()) {
      pages_ = nullptr;
    }
    return *this;
  }
  void operator++(int) { ++*this; }
  [[nodiscard]] friend bool operator==(const PageIterator& one, const PageIterator& other) noexcept {
    return one.pages_ == other.pages_;
  }
  [[nodiscard]] friend bool operator!=(const PageIterator& one, const PageIterator& other) noexcept {
    return !(one == other);
  }

 private:
  Pages* pages_ = nullptr;
};

}  // namespace detail

// -- The library -------------------------------------------------------------------------------------------------

/// The version of the library that is linked: "0.1.0".
[[nodiscard]] inline std::string_view version() noexcept { return stoplist_version(); }
/// How it was built, in one line.
[[nodiscard]] inline std::string_view build_info() noexcept { return stoplist_build_info(); }
/// The fixed name: "not_found"; "unknown" for what is none.
[[nodiscard]] inline std::string_view name(Status status) noexcept {
  return stoplist_status_name(static_cast<std::int32_t>(status));
}
/// The fixed name: "too_short"; empty for Refusal::None.
[[nodiscard]] inline std::string_view name(Refusal refusal) noexcept {
  return stoplist_refusal_name(static_cast<std::int32_t>(refusal));
}

/// The number that a text means. `region`, such as "DE", says how one without + is read. Throws Error (NotANumber),
/// whose code names the refusal.
[[nodiscard]] inline std::uint64_t parse_number(std::string_view text, std::string_view region = {}) {
  return detail::value<std::uint64_t>([&](std::uint64_t* number, stoplist_error** error) {
    return stoplist_number_parse(text.data(), text.size(), region.data(), region.size(), number, error);
  });
}

/// The same without an exception: none when the text is no number, or the region none.
[[nodiscard]] inline std::optional<std::uint64_t> try_parse_number(std::string_view text,
                                                                   std::string_view region = {}) noexcept {
  std::uint64_t number = 0;
  const auto status =
      stoplist_number_parse(text.data(), text.size(), region.data(), region.size(), &number, nullptr);
  return status == STOPLIST_OK ? std::optional(number) : std::nullopt;
}

// -- Verdicts and gates ------------------------------------------------------------------------------------------

/// The answer of a gate. A value of some 100 bytes, without memory of its own.
class Verdict {
 public:
  /// Of nothing: neither allowed nor blocked.
  Verdict() noexcept : status_(Status::InvalidArgument), c_{} {}
  Verdict(Status status, const stoplist_verdict& verdict) noexcept : status_(status), c_(verdict) {}

  /// Whether the message may pass. False, too, when the text is no number and when the check failed.
  [[nodiscard]] bool allowed() const noexcept { return answer() == Answer::Allow; }
  /// Whether a list stops it.
  [[nodiscard]] bool blocked() const noexcept { return answer() == Answer::Block; }
  /// Whether the text is no number, so that nobody can say.
  [[nodiscard]] bool invalid() const noexcept { return answer() == Answer::Invalid; }
  /// The three as one; None when the check failed.
  [[nodiscard]] Answer answer() const noexcept {
    return status_ == Status::Ok ? static_cast<Answer>(c_.verdict) : Answer::None;
  }
  /// Whether the gate answered at all: Closed and Forked say that it could not.
  [[nodiscard]] Status status() const noexcept { return status_; }
  /// The list that stops it; empty when none does. As long-lived as the verdict, hence not of a temporary.
  [[nodiscard]] std::string_view list() const& noexcept { return c_.list; }
  std::string_view list() const&& = delete;
  /// Why the text is no number.
  [[nodiscard]] Refusal refusal() const noexcept { return static_cast<Refusal>(c_.refusal); }
  /// The number; 0 when it is none.
  [[nodiscard]] std::uint64_t number() const noexcept { return c_.number; }
  /// The last change that the answer includes.
  [[nodiscard]] std::uint64_t generation() const noexcept { return c_.generation; }
  /// Itself; throws Error when the check failed.
  const Verdict& or_throw() const& {
    require();
    return *this;
  }
  Verdict or_throw() && {
    require();
    return *this;
  }

 private:
  void require() const {
    if (status_ != Status::Ok) {
      detail::fail(static_cast<std::int32_t>(status_), nullptr);
    }
  }

  Status status_;
  stoplist_verdict c_;
};

/// The answers to many numbers, in their order, all of one generation.
struct NumberAnswers {
  std::vector<Answer> answers = {};
  std::uint64_t generation = 0;
};

/// The answers to many texts, likewise, and each one's number: 0 for what is none.
struct TextAnswers {
  std::vector<Answer> answers = {};
  std::vector<std::uint64_t> numbers = {};
  std::uint64_t generation = 0;
};

class Filter;
class Store;

/// Says whether a message may pass. Of a store it answers by the newest state, always; frozen, by that of a moment.
class Gate {
 public:
  Gate() = default;

  /// Of an index file, mapped read-only: one list, called `list` in verdicts, at `generation`. No store, no lock.
  [[nodiscard]] static Gate open_index(std::string_view path, std::string_view list, std::uint64_t generation,
                                       std::string_view region = {}) {
    detail::check_abi();
    return Gate(detail::handle<stoplist_gate>([&](stoplist_gate** gate, stoplist_error** error) {
      return stoplist_gate_open_index(path.data(), path.size(), list.data(), list.size(), generation, region.data(),
                                      region.size(), gate, error);
    }));
  }

  /// Asks for a number. A value that is none, such as 12, is Answer::Invalid. Some nanoseconds; no memory, no lock.
  [[nodiscard]] Verdict check(std::uint64_t number) const noexcept {
    stoplist_verdict verdict{};
    const auto status = stoplist_gate_check(gate_.get(), number, &verdict, nullptr);
    return Verdict(static_cast<Status>(status), verdict);
  }
  /// Asks for a text, read with the gate's region.
  [[nodiscard]] Verdict check(std::string_view text) const noexcept {
    stoplist_verdict verdict{};
    const auto status = stoplist_gate_check_text(gate_.get(), text.data(), text.size(), &verdict, nullptr);
    return Verdict(static_cast<Status>(status), verdict);
  }
  /// Asks for many numbers: one answer each, all of one generation, which goes to `generation` unless that is null.
  /// Of any status but Ok nothing was written. 3 to 6 ns a number.
  [[nodiscard]] Status check_numbers(const std::uint64_t* numbers, std::size_t count, Answer* answers,
                                     std::uint64_t* generation = nullptr) const noexcept {
    auto* bytes = reinterpret_cast<std::uint8_t*>(answers);
    return static_cast<Status>(
        stoplist_gate_check_numbers(gate_.get(), numbers, count, bytes, generation, nullptr));
  }
  /// The same with vectors. Throws Error.
  [[nodiscard]] NumberAnswers check_numbers(const std::vector<std::uint64_t>& numbers) const {
    NumberAnswers all;
    all.answers.resize(numbers.size());
    detail::call([&](stoplist_error** error) {
      auto* bytes = reinterpret_cast<std::uint8_t*>(all.answers.data());
      return stoplist_gate_check_numbers(gate_.get(), numbers.data(), numbers.size(), bytes, &all.generation, error);
    });
    return all;
  }

  /// Asks for many texts. `numbers` may be null; else it gets each text's number, 0 for what is none. A text that
  /// is not UTF-8 is Answer::Invalid.
  [[nodiscard]] Status check_texts(const char* const* texts, const std::size_t* lens, std::size_t count,
                                   Answer* answers, std::uint64_t* numbers = nullptr,
                                   std::uint64_t* generation = nullptr) const noexcept {
    auto* bytes = reinterpret_cast<std::uint8_t*>(answers);
    return static_cast<Status>(
        stoplist_gate_check_texts(gate_.get(), texts, lens, count, bytes, numbers, generation, nullptr));
  }
  /// The same with vectors. Throws Error.
  [[nodiscard]] TextAnswers check_texts(const Texts& texts) const {
    TextAnswers all;
    all.answers.resize(texts.size());
    all.numbers.resize(texts.size());
    detail::call([&](stoplist_error** error) {
      auto* bytes = reinterpret_cast<std::uint8_t*>(all.answers.data());
      return stoplist_gate_check_texts(gate_.get(), texts.data(), texts.lens(), texts.size(), bytes,
                                       all.numbers.data(), &all.generation, error);
    });
    return all;
  }

  /// A gate that stays as this one is now.
  [[nodiscard]] Gate freeze() const {
    return Gate(detail::handle<stoplist_gate>([&](stoplist_gate** frozen, stoplist_error** error) {
      return stoplist_gate_freeze(gate_.get(), frozen, error);
    }));
  }
  /// The last change that its answers include now.
  [[nodiscard]] std::uint64_t generation() const {
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_gate_generation(gate_.get(), generation, error);
    });
  }
  /// The lists that it asks: ["blocked",…].
  [[nodiscard]] std::string lists() const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_gate_lists(gate_.get(), json, error);
    });
  }
  /// For calls that only stoplist.h has. Stays owned here.
  [[nodiscard]] const stoplist_gate* get() const noexcept { return gate_.get(); }

 private:
  friend class Store;
  explicit Gate(detail::Handle<stoplist_gate> gate) noexcept : gate_(std::move(gate)) {}

  detail::Handle<stoplist_gate> gate_;
};

// -- Filters -----------------------------------------------------------------------------------------------------

/// An ArrowArray, ArrowSchema or ArrowArrayStream that is released when this goes.
template <typename T>
class Owned {
 public:
  Owned() noexcept : arrow_{} {}
  /// Takes what a producer has filled in; that one is marked as moved.
  explicit Owned(T& arrow) noexcept : arrow_(arrow) { arrow.release = nullptr; }
  Owned(Owned&& other) noexcept : Owned(other.arrow_) {}
  Owned& operator=(Owned&& other) noexcept {
    if (this != &other) {
      reset();
      arrow_ = other.arrow_;
      other.arrow_.release = nullptr;
    }
    return *this;
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { reset(); }

  /// Whether there is anything.
  [[nodiscard]] explicit operator bool() const noexcept { return arrow_.release != nullptr; }
  /// To read from it, to have it filled in, or to give it to a call that takes it.
  [[nodiscard]] T* get() noexcept { return &arrow_; }
  [[nodiscard]] const T* get() const noexcept { return &arrow_; }
  [[nodiscard]] T* operator->() noexcept { return &arrow_; }
  [[nodiscard]] const T* operator->() const noexcept { return &arrow_; }
  /// Moves it out, to whoever releases it from now on.
  [[nodiscard]] T take() noexcept {
    const T arrow = arrow_;
    arrow_.release = nullptr;
    return arrow;
  }
  /// Releases it.
  void reset() noexcept {
    if (arrow_.release != nullptr) {
      arrow_.release(&arrow_);
      arrow_.release = nullptr;
    }
  }

 private:
  T arrow_;
};

/// Rows, and what they are.
struct Batch {
  Owned<ArrowArray> array = {};
  Owned<ArrowSchema> schema = {};
};

/// What became of the rows of a batch or a stream.
class Report {
 public:
  Report() = default;

  [[nodiscard]] Counts counts() const {
    return detail::value<Counts>([&](Counts* counts, stoplist_error** error) {
      return stoplist_report_counts(report_.get(), counts, error);
    });
  }
  [[nodiscard]] std::string json() const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_report_json(report_.get(), json, error);
    });
  }
  [[nodiscard]] const stoplist_report* get() const noexcept { return report_.get(); }

 private:
  friend class Filter;
  friend class Pass;
  explicit Report(detail::Handle<stoplist_report> report) noexcept : report_(std::move(report)) {}

  detail::Handle<stoplist_report> report_;
};

/// A batch behind a filter. `excluded` is empty unless FilterOptions asked for it.
struct Filtered {
  Batch kept = {};
  Batch excluded = {};
  Report report = {};
};

/// Rows that were kept before, looked at again.
struct Rechecked {
  Batch kept = {};
  Batch blocked = {};
  std::uint64_t generation = 0;
};

/// The next rows of a pass. `excluded` is empty unless FilterOptions asked for it.
struct Passed {
  Owned<ArrowArray> kept = {};
  Owned<ArrowArray> excluded = {};
};

/// What the rows of a pass are.
struct PassSchemas {
  Owned<ArrowSchema> kept = {};
  Owned<ArrowSchema> excluded = {};
};

/// A stream on its way through a filter. One generation from its first row to its last.
class Pass {
 public:
  Pass() = default;

  [[nodiscard]] PassSchemas schemas() const {
    PassSchemas all;
    detail::call([&](stoplist_error** error) {
      return stoplist_pass_schema(pass_.get(), all.kept.get(), excluded_ ? all.excluded.get() : nullptr, error);
    });
    return all;
  }
  /// The next rows; none at the end.
  [[nodiscard]] std::optional<Passed> next() const {
    Passed rows;
    detail::call([&](stoplist_error** error) {
      return stoplist_pass_next(pass_.get(), rows.kept.get(), excluded_ ? rows.excluded.get() : nullptr, error);
    });
    return rows.kept ? std::optional(std::move(rows)) : std::nullopt;
  }
  /// The kept rows as a stream of their own, for whatever takes one. The pass goes on giving the report.
  [[nodiscard]] Owned<ArrowArrayStream> export_stream() const {
    Owned<ArrowArrayStream> kept;
    detail::call([&](stoplist_error** error) { return stoplist_pass_export(pass_.get(), kept.get(), error); });
    return kept;
  }
  [[nodiscard]] Report report() const {
    return Report(detail::handle<stoplist_report>([&](stoplist_report** report, stoplist_error** error) {
      return stoplist_pass_report(pass_.get(), report, error);
    }));
  }
  /// Puts the pass on record in the store of its filter. `digest`: "sha256:…" of the input, or none. Returns the
  /// generation.
  std::uint64_t record(std::string_view actor, std::string_view input, std::string_view digest = {}) const {
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_pass_record(pass_.get(), actor.data(), actor.size(), input.data(), input.size(), digest.data(),
                                  digest.size(), generation, error);
    });
  }
  [[nodiscard]] const stoplist_pass* get() const noexcept { return pass_.get(); }

 private:
  friend class Filter;
  Pass(detail::Handle<stoplist_pass> pass, bool excluded) noexcept : pass_(std::move(pass)), excluded_(excluded) {}

  detail::Handle<stoplist_pass> pass_;
  bool excluded_ = false;
};

/// Takes the rows out of tables whose number is blocked.
class Filter {
 public:
  Filter() = default;

  /// Of a gate: no store, so no record of its passes.
  [[nodiscard]] static Filter of_gate(const Gate& gate, const FilterOptions& options = {}) {
    const Texts columns(options.columns);
    const auto c = detail::to_c(options, columns);
    return Filter(detail::handle<stoplist_filter>([&](stoplist_filter** filter, stoplist_error** error) {
                    return stoplist_filter_of_gate(gate.get(), &c, filter, error);
                  }),
                  options.excluded);
  }

  /// Filters a batch. Takes both, in every case.
  [[nodiscard]] Filtered batch(ArrowArray* array, ArrowSchema* schema) const {
    Filtered all;
    stoplist_report* report = nullptr;
    detail::call([&](stoplist_error** error) {
      return stoplist_filter_batch(filter_.get(), array, schema, all.kept.array.get(), all.kept.schema.get(),
                                   excluded_ ? all.excluded.array.get() : nullptr,
                                   excluded_ ? all.excluded.schema.get() : nullptr, &report, error);
    });
    all.report = Report(detail::Handle<stoplist_report>(report));
    return all;
  }
  [[nodiscard]] Filtered batch(Batch batch) const { return this->batch(batch.array.get(), batch.schema.get()); }

  /// Which of the rows that were kept before may still be sent to? Takes both; `report` is that of the earlier call.
  [[nodiscard]] Rechecked recheck(ArrowArray* array, ArrowSchema* schema, const Report& report) const {
    Rechecked all;
    detail::call([&](stoplist_error** error) {
      return stoplist_filter_recheck(filter_.get(), array, schema, report.get(), all.kept.array.get(),
                                     all.kept.schema.get(), all.blocked.array.get(), all.blocked.schema.get(),
                                     &all.generation, error);
    });
    return all;
  }
  [[nodiscard]] Rechecked recheck(Batch batch, const Report& report) const {
    return recheck(batch.array.get(), batch.schema.get(), report);
  }

  /// Filters a stream, as it is read from the pass. Takes the stream.
  [[nodiscard]] Pass stream(ArrowArrayStream* stream) const {
    return Pass(detail::handle<stoplist_pass>([&](stoplist_pass** pass, stoplist_error** error) {
                  return stoplist_filter_stream(filter_.get(), stream, pass, error);
                }),
                excluded_);
  }
  [[nodiscard]] Pass stream(Owned<ArrowArrayStream> stream) const { return this->stream(stream.get()); }
  [[nodiscard]] const stoplist_filter* get() const noexcept { return filter_.get(); }

 private:
  friend class Store;
  Filter(detail::Handle<stoplist_filter> filter, bool excluded) noexcept
      : filter_(std::move(filter)), excluded_(excluded) {}

  detail::Handle<stoplist_filter> filter_;
  bool excluded_ = false;
};

// -- Ranges of pages ---------------------------------------------------------------------------------------------

/// The pages of a query of contacts, as JSON documents {"contacts","total","page","per_page","next"}: an input range
/// that fetches a page when it is reached. begin() starts anew. Stay where it is while it is walked, and do not
/// outlive the store: a page that is asked for then is an Error.
class ContactPages {
 public:
  using iterator = detail::PageIterator<ContactPages>;

  [[nodiscard]] iterator begin() {
    fetch(query_);
    return iterator(this);
  }
  [[nodiscard]] iterator end() const noexcept { return {}; }

 private:
  friend class Store;
  friend iterator;
  ContactPages(const stoplist_store* store, std::string_view actor, std::string_view query)
      : store_(store), actor_(actor), query_(query) {}

  void fetch(const std::string& query) {
    page_ = detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_contact_find(store_, actor_.data(), actor_.size(), query.data(), query.size(), json, error);
    });
  }
  [[nodiscard]] bool fetch_next() {
    const auto next = detail::member(page_, "next");
    if (!next) {
      return false;
    }
    fetch(detail::query_after(query_, *next));
    return true;
  }

  const stoplist_store* store_;
  std::string actor_;
  std::string query_;
  std::string page_ = {};
};

/// The changes after a generation, as pages {"changes":[…],"next"}: an input range that ends when nothing more came
/// within the timeout. begin() goes on after what was walked; since() says where that is.
class ChangePages {
 public:
  using iterator = detail::PageIterator<ChangePages>;

  [[nodiscard]] iterator begin() { return fetch_next() ? iterator(this) : iterator(); }
  [[nodiscard]] iterator end() const noexcept { return {}; }
  /// The last generation that was walked, to go on from another time.
  [[nodiscard]] std::uint64_t since() const noexcept { return since_; }

 private:
  friend class Store;
  friend iterator;
  ChangePages(const stoplist_store* store, std::string_view actor, std::uint64_t since, ChangesOptions options)
      : store_(store), actor_(actor), since_(since), options_(options) {}

  [[nodiscard]] bool fetch_next() {
    page_ = detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_store_changes(store_, actor_.data(), actor_.size(), since_, options_.max,
                                    detail::millis(options_.timeout), json, error);
    });
    const auto next = detail::member(page_, "next");
    const auto changes = detail::member(page_, "changes");
    if (!next || !changes || changes->find_first_not_of("[ \t\r\n") == changes->size() - 1) {
      return false;
    }
    std::uint64_t since = 0;
    for (const char digit : *next) {
      if (digit < '0' || digit > '9') {
        return false;
      }
      since = since * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    since_ = since;
    return true;
  }

  const stoplist_store* store_;
  std::string actor_;
  std::uint64_t since_;
  ChangesOptions options_;
  std::string page_ = {};
};

// -- Stores ------------------------------------------------------------------------------------------------------

/// Keeps who is blocked, by whom, why and until when. One process has a store open, with any number of threads.
/// `actor` is who acts, as far as the store is concerned; the host says who somebody is.
class Store {
 public:
  Store() = default;

  /// Makes an empty store in a directory that is empty or not there yet. The actor is its first admin.
  [[nodiscard]] static Store create(std::string_view path, std::string_view actor, const StoreOptions& options = {}) {
    detail::check_abi();
    const auto c = detail::to_c(options);
    return Store(detail::handle<stoplist_store>([&](stoplist_store** store, stoplist_error** error) {
      return stoplist_store_create(path.data(), path.size(), actor.data(), actor.size(), &c, store, error);
    }));
  }
  [[nodiscard]] static Store open(std::string_view path, const StoreOptions& options = {}) {
    detail::check_abi();
    const auto c = detail::to_c(options);
    return Store(detail::handle<stoplist_store>([&](stoplist_store** store, stoplist_error** error) {
      return stoplist_store_open(path.data(), path.size(), &c, store, error);
    }));
  }
  /// Closes it, and says whether that went well, which the destructor cannot. From then on everything about it, a
  /// second close included, is an Error (Closed).
  void close() {
    if (store_ == nullptr) {
      detail::fail(STOPLIST_INVALID_ARGUMENT, nullptr);
    }
    detail::call([&](stoplist_error** error) { return stoplist_store_close(store_.get(), error); });
  }

  /// The last change that is kept.
  [[nodiscard]] std::uint64_t generation() const {
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_store_generation(get(), generation, error);
    });
  }
  /// Writes everything to disk, so that the next opening is quick. Nothing is lost without it.
  void checkpoint() const {
    detail::call([&](stoplist_error** error) { return stoplist_store_checkpoint(get(), error); });
  }
  /// What opening it had to mend.
  [[nodiscard]] std::string repairs() const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_store_repairs(get(), json, error);
    });
  }
  [[nodiscard]] std::string info(std::string_view actor) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_store_info(get(), actor.data(), actor.size(), json, error);
    });
  }
  /// Recomputes the whole chain of the journal.
  [[nodiscard]] std::string verify(std::string_view actor) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_store_verify(get(), actor.data(), actor.size(), json, error);
    });
  }
  /// Copies the store, as it is at one moment, into a directory that is empty or not there yet.
  std::string backup(std::string_view actor, std::string_view path) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_store_backup(get(), actor.data(), actor.size(), path.data(), path.size(), json, error);
    });
  }
  /// Moves old files of the journal into a directory, and leaves links to them.
  std::string archive(std::string_view actor, std::string_view path) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_store_archive(get(), actor.data(), actor.size(), path.data(), path.size(), json, error);
    });
  }
  /// The changes after a generation, page by page.
  [[nodiscard]] ChangePages changes(std::string_view actor, std::uint64_t since, ChangesOptions options = {}) const {
    return ChangePages(get(), actor, since, options);
  }

  /// Which messages may pass.
  [[nodiscard]] Gate gate(const GateOptions& options = {}) const {
    const Texts lists(options.lists);
    const auto c = detail::to_c(options, lists);
    return Gate(detail::handle<stoplist_gate>([&](stoplist_gate** gate, stoplist_error** error) {
      return stoplist_gate_open(get(), &c, gate, error);
    }));
  }
  /// `gate` says which lists and traffic, and the region; `options` how.
  [[nodiscard]] Filter filter(const GateOptions& gate = {}, const FilterOptions& options = {}) const {
    const Texts lists(gate.lists);
    const Texts columns(options.columns);
    const auto which = detail::to_c(gate, lists);
    const auto how = detail::to_c(options, columns);
    return Filter(detail::handle<stoplist_filter>([&](stoplist_filter** filter, stoplist_error** error) {
                    return stoplist_filter_open(get(), &which, &how, filter, error);
                  }),
                  options.excluded);
  }
  /// Why the list that a verdict names stops the number; none when it does not any more.
  [[nodiscard]] std::optional<Explanation> explain(std::uint64_t number, std::string_view list,
                                                   Traffic traffic = Traffic::All) const {
    stoplist_explanation c{};
    stoplist_error* error = nullptr;
    const auto status = stoplist_store_explain(get(), number, list.data(), list.size(),
                                               static_cast<std::uint32_t>(traffic), &c, &error);
    const detail::Handle<stoplist_error> owned(error);
    if (status == STOPLIST_NOT_FOUND) {
      return std::nullopt;
    }
    if (status != STOPLIST_OK) {
      detail::fail(status, owned.get());
    }
    Explanation why;
    why.reason = c.reason;
    if (c.until_ms != 0) {
      why.until = Time(std::chrono::milliseconds(c.until_ms));
    }
    return why;
  }

  /// Blocks contacts and numbers: all or nothing. {"generation","changed":[…],"unchanged":[…]}
  std::string block(std::string_view actor, const Texts& who, const Documentation& why,
                    const BlockOptions& options = {}) const {
    const auto c_why = detail::to_c(why);
    const auto c_options = detail::to_c(options);
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_store_block(get(), actor.data(), actor.size(), who.data(), who.lens(), who.size(), &c_why,
                                  &c_options, json, error);
    });
  }
  /// Lets contacts and numbers through again; the next check sees it.
  std::string unblock(std::string_view actor, const Texts& who, const Documentation& why) const {
    const auto c_why = detail::to_c(why);
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_store_unblock(get(), actor.data(), actor.size(), who.data(), who.lens(), who.size(), &c_why,
                                    json, error);
    });
  }
  /// Blocks many in one change, all or nothing.
  /// {"matched","changed","unchanged","failed":[],"dry_run","needs_confirmation","generation"}
  std::string bulk_block(std::string_view actor, const BulkTargets& targets, const Documentation& why,
                         const BlockOptions& options = {}, const BulkLimits& limits = {},
                         const Progress& progress = {}) const {
    const Texts filters(targets.filters);
    const Texts who(targets.who);
    const auto c_targets = detail::to_c(targets, filters, who);
    const auto c_why = detail::to_c(why);
    const auto c_options = detail::to_c(options);
    const auto c_limits = detail::to_c(limits);
    return detail::watched_text(
        progress, [&](stoplist_progress hook, void* user, stoplist_text** json, stoplist_error** error) {
          return stoplist_store_bulk_block(get(), actor.data(), actor.size(), &c_targets, &c_why, &c_options,
                                           &c_limits, hook, user, json, error);
        });
  }
  /// Lets many through again in one change, all or nothing. The report is that of bulk_block.
  std::string bulk_unblock(std::string_view actor, const BulkTargets& targets, const Documentation& why,
                           const BulkLimits& limits = {}, const Progress& progress = {}) const {
    const Texts filters(targets.filters);
    const Texts who(targets.who);
    const auto c_targets = detail::to_c(targets, filters, who);
    const auto c_why = detail::to_c(why);
    const auto c_limits = detail::to_c(limits);
    return detail::watched_text(
        progress, [&](stoplist_progress hook, void* user, stoplist_text** json, stoplist_error** error) {
          return stoplist_store_bulk_unblock(get(), actor.data(), actor.size(), &c_targets, &c_why, &c_limits, hook,
                                             user, json, error);
        });
  }
  /// Reverses a bulk operation or an import, as one new change; returns its generation.
  std::uint64_t undo(std::string_view actor, std::uint64_t undone) const {
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_store_undo(get(), actor.data(), actor.size(), undone, generation, error);
    });
  }

  /// Makes a contact of {"name","email","category","primary","secondary","groups","attributes","block"}; returns it
  /// as JSON, as all calls about one contact do.
  std::string create_contact(std::string_view actor, std::string_view details) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_contact_create(get(), actor.data(), actor.size(), details.data(), details.size(), json, error);
    });
  }
  /// `who` is an id such as "c17", or a number that one contact alone has. Throws Error (NotFound).
  [[nodiscard]] std::string contact(std::string_view actor, std::string_view who) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_contact_get(get(), actor.data(), actor.size(), who.data(), who.size(), json, error);
    });
  }
  /// The same; none when there is no such contact.
  [[nodiscard]] std::optional<std::string> find_contact(std::string_view actor, std::string_view who) const {
    try {
      return contact(actor, who);
    } catch (const Error& error) {
      if (error.status() != Status::NotFound) {
        throw;
      }
      return std::nullopt;
    }
  }
  /// Changes what {"name","email","category","primary","secondary","add_groups","remove_groups","attributes"} names.
  std::string edit_contact(std::string_view actor, std::string_view who, std::string_view changes) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_contact_edit(get(), actor.data(), actor.size(), who.data(), who.size(), changes.data(),
                                   changes.size(), json, error);
    });
  }
  std::string archive_contact(std::string_view actor, std::string_view who) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_contact_archive(get(), actor.data(), actor.size(), who.data(), who.size(), json, error);
    });
  }
  std::string restore_contact(std::string_view actor, std::string_view who) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_contact_restore(get(), actor.data(), actor.size(), who.data(), who.size(), json, error);
    });
  }
  /// A page of contacts. {"search","status","category","groups","sort","per_page",…}; empty: the first of all.
  [[nodiscard]] std::string contacts(std::string_view actor, std::string_view query = {}) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_contact_find(get(), actor.data(), actor.size(), query.data(), query.size(), json, error);
    });
  }
  /// All pages of them, from the one that the query begins with.
  [[nodiscard]] ContactPages contact_pages(std::string_view actor, std::string_view query = {}) const {
    return ContactPages(get(), actor, query);
  }
  /// Every event of a contact or number, oldest first. {"events":[…]}
  [[nodiscard]] std::string history(std::string_view actor, std::string_view who) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_contact_history(get(), actor.data(), actor.size(), who.data(), who.size(), json, error);
    });
  }
  /// Records a message of the host in the history of its number. Inbound or Outbound; no time: now.
  std::uint64_t record_message(std::string_view actor, std::string_view number, Traffic direction,
                               std::string_view outcome, std::optional<Time> at = {}) const {
    const auto at_ms = detail::millis(at);
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_message_record(get(), actor.data(), actor.size(), number.data(), number.size(),
                                     static_cast<std::uint32_t>(direction), outcome.data(), outcome.size(), at_ms,
                                     generation, error);
    });
  }

  /// Makes an empty list; returns the generation, as all changes of lists and actors do.
  std::uint64_t create_list(std::string_view actor, std::string_view list, const ListSettings& settings = {}) const {
    const auto c = detail::to_c(settings);
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_list_create(get(), actor.data(), actor.size(), list.data(), list.size(), &c, generation, error);
    });
  }
  /// Gives a list other settings: all of them.
  std::uint64_t set_list(std::string_view actor, std::string_view list, const ListSettings& settings) const {
    const auto c = detail::to_c(settings);
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_list_set(get(), actor.data(), actor.size(), list.data(), list.size(), &c, generation, error);
    });
  }
  std::uint64_t drop_list(std::string_view actor, std::string_view list) const {
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_list_drop(get(), actor.data(), actor.size(), list.data(), list.size(), generation, error);
    });
  }
  [[nodiscard]] std::string list(std::string_view actor, std::string_view list) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_list_get(get(), actor.data(), actor.size(), list.data(), list.size(), json, error);
    });
  }
  /// Reads a file of numbers into a list. {"rows","accepted_rows",…,"added","removed","already","generation"}
  std::string import_list(std::string_view actor, std::string_view list, std::string_view path,
                          const ImportOptions& options = {}, const Progress& progress = {}) const {
    const auto c = detail::to_c(options);
    return detail::watched_text(
        progress, [&](stoplist_progress hook, void* user, stoplist_text** json, stoplist_error** error) {
          return stoplist_list_import(get(), actor.data(), actor.size(), list.data(), list.size(), path.data(),
                                      path.size(), &c, hook, user, json, error);
        });
  }
  /// Writes a list to a file, whose ending tells the format; ".idx" is an index for Gate::open_index.
  std::string export_list(std::string_view actor, std::string_view list, std::string_view path) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_list_export(get(), actor.data(), actor.size(), list.data(), list.size(), path.data(),
                                  path.size(), json, error);
    });
  }

  std::uint64_t add_actor(std::string_view actor, std::string_view added, Permissions permissions) const {
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_actor_add(get(), actor.data(), actor.size(), added.data(), added.size(),
                                static_cast<std::uint32_t>(permissions), generation, error);
    });
  }
  std::uint64_t set_actor(std::string_view actor, std::string_view changed, Permissions permissions) const {
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_actor_set(get(), actor.data(), actor.size(), changed.data(), changed.size(),
                                static_cast<std::uint32_t>(permissions), generation, error);
    });
  }
  std::uint64_t remove_actor(std::string_view actor, std::string_view removed) const {
    return detail::value<std::uint64_t>([&](std::uint64_t* generation, stoplist_error** error) {
      return stoplist_actor_remove(get(), actor.data(), actor.size(), removed.data(), removed.size(), generation,
                                   error);
    });
  }
  [[nodiscard]] std::string actors(std::string_view actor) const {
    return detail::text([&](stoplist_text** json, stoplist_error** error) {
      return stoplist_actor_list(get(), actor.data(), actor.size(), json, error);
    });
  }

  /// For calls that only stoplist.h has. Stays owned here.
  [[nodiscard]] const stoplist_store* get() const noexcept { return store_.get(); }

 private:
  explicit Store(detail::Handle<stoplist_store> store) noexcept : store_(std::move(store)) {}

  detail::Handle<stoplist_store> store_;
};

}  // namespace stoplist

#endif
