// Does the C++ interface give the answers that bindings/vectors.json expects?
//
//   program SCRATCH_DIR LIBRARY_PATH < requests > answers
//
// A request a line, an answer a line; bindings/vectors.md says their form. `cargo xtask vectors` asks and compares.

#include "stoplist.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Fields = std::vector<std::string>;

// -- Reading -----------------------------------------------------------------------------------------------------

std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      plain += text[at];
      continue;
    }
    const char next = text[++at];
    plain += next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
  }
  return plain;
}

Fields split(const std::string& text, char at) {
  Fields parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) {
    parts.push_back(part);
  }
  return parts;
}

Fields list_of(const std::string& text) { return split(text, ','); }

template <typename Set>
Set bits(const std::string& text, const std::vector<std::string>& names) {
  std::uint32_t set = 0;
  for (const std::string& part : list_of(text)) {
    for (std::size_t bit = 0; bit < names.size(); ++bit) {
      set |= names[bit] == part ? 1U << bit : 0;
    }
  }
  return static_cast<Set>(set);
}

stoplist::Traffic traffic(const std::string& text) {
  return text.empty() ? stoplist::Traffic::All
                      : bits<stoplist::Traffic>(text, {"inbound", "outbound", "automated", "broadcast"});
}

stoplist::Permissions permissions(const std::string& text) {
  return bits<stoplist::Permissions>(text, {"view", "edit", "block", "bulk", "lists", "audit", "admin"});
}

/// Milliseconds since 1970, or from now on with a plus before them.
std::optional<stoplist::Time> moment(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const std::chrono::milliseconds span(std::stoll(text));
  return text[0] == '+' ? std::chrono::system_clock::now() + span : stoplist::Time(span);
}

stoplist::Documentation documentation(const std::string& reason) {
  stoplist::Documentation why;
  why.reason = reason;
  return why;
}

// -- Answering ---------------------------------------------------------------------------------------------------

std::string escaped(const std::string& text) {
  std::string line;
  for (const char c : text) {
    switch (c) {
      case '\t': line += "\\t"; break;
      case '\n': line += "\\n"; break;
      case '\r': line += "\\r"; break;
      case '\\': line += "\\\\"; break;
      default: line += c;
    }
  }
  return line;
}

/// Members of a document: a text or a number as it is, an array of texts with commas, null as nothing.
Fields members(const std::string& document, const std::vector<const char*>& names) {
  Fields values;
  for (const char* name : names) {
    std::string value;
    for (const char c : stoplist::detail::member(document, name).value_or("")) {
      if (c != '[' && c != ']' && c != '"') {
        value += c;
      }
    }
    values.push_back(value);
  }
  return values;
}

std::string quoted(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    json += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  }
  return json + '"';
}

std::string array(const std::string& texts) {
  std::string json;
  for (const std::string& text : list_of(texts)) {
    json += (json.empty() ? "" : ",") + quoted(text);
  }
  return "[" + json + "]";
}

// -- Requests ----------------------------------------------------------------------------------------------------

/// Answers requests, one after the other.
class Door {
 public:
  explicit Door(std::string scratch) : scratch_(std::move(scratch)) {}

  /// The answer to a request: what it gives, or the code of its error.
  std::string answer(const std::string& line) {
    Fields fields = split(line + '\t', '\t');
    const std::string verb = fields.front();
    fields.erase(fields.begin());
    for (std::string& field : fields) {
      field = unescaped(field);
    }
    fields.resize(12);
    try {
      std::string said = "ok";
      for (const std::string& field : (this->*requests().at(verb))(fields)) {
        said += '\t' + escaped(field);
      }
      return said;
    } catch (const stoplist::Error& error) {
      return "error\t" + escaped(std::string(error.code()));
    }
  }

 private:
  using Request = Fields (Door::*)(const Fields&);

  static const std::map<std::string, Request>& requests() {
    static const std::map<std::string, Request> all = {
        {"parse", &Door::parse},
        {"store", &Door::new_store},
        {"reopen", &Door::reopen},
        {"wait", &Door::wait},
        {"add_actor", &Door::add_actor},
        {"set_actor", &Door::set_actor},
        {"remove_actor", &Door::remove_actor},
        {"create_list", &Door::create_list},
        {"set_list", &Door::set_list},
        {"drop_list", &Door::drop_list},
        {"import", &Door::import},
        {"create_contact", &Door::create_contact},
        {"edit_contact", &Door::edit_contact},
        {"archive_contact", &Door::archive_contact},
        {"restore_contact", &Door::restore_contact},
        {"block", &Door::block},
        {"unblock", &Door::unblock},
        {"bulk_block", &Door::bulk_block},
        {"bulk_unblock", &Door::bulk_unblock},
        {"undo", &Door::undo},
        {"check", &Door::check},
    };
    return all;
  }

  static Fields at(std::uint64_t generation) { return {std::to_string(generation)}; }

  Fields parse(const Fields& f) { return {std::to_string(stoplist::parse_number(f[0], f[1]))}; }

  Fields new_store(const Fields& f) {
    path_ = scratch_ + "/store-" + std::to_string(++stores_);
    store_ = stoplist::Store();
    store_ = stoplist::Store::create(path_, f[0]);
    return {};
  }
  Fields reopen(const Fields&) {
    store_.close();
    store_ = stoplist::Store::open(path_);
    return {};
  }
  Fields wait(const Fields& f) {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::stoll(f[0])));
    return {};
  }

  Fields add_actor(const Fields& f) { return at(store_.add_actor(f[0], f[1], permissions(f[2]))); }
  Fields set_actor(const Fields& f) { return at(store_.set_actor(f[0], f[1], permissions(f[2]))); }
  Fields remove_actor(const Fields& f) { return at(store_.remove_actor(f[0], f[1])); }

  static stoplist::ListSettings settings(const Fields& f) {
    stoplist::ListSettings settings;
    settings.traffic = traffic(f[2]);
    settings.source = f[3];
    return settings;
  }
  Fields create_list(const Fields& f) { return at(store_.create_list(f[0], f[1], settings(f))); }
  Fields set_list(const Fields& f) { return at(store_.set_list(f[0], f[1], settings(f))); }
  Fields drop_list(const Fields& f) { return at(store_.drop_list(f[0], f[1])); }
  Fields import(const Fields& f) {
    const std::string path = scratch_ + "/numbers.txt";
    std::ofstream file(path);
    for (const std::string& number : list_of(f[2])) {
      file << number << '\n';
    }
    file.close();
    stoplist::ImportOptions options;
    options.replace = f[3] == "replace";
    return members(store_.import_list(f[0], f[1], path, options), {"generation", "added", "removed", "already"});
  }

  static Fields contact(const std::string& document) { return members(document, {"id", "status"}); }
  Fields create_contact(const Fields& f) {
    std::string details = "{\"name\":" + quoted(f[1]) + ",\"category\":" + quoted(f[2]) + ",\"groups\":" + array(f[3]) +
                          ",\"primary\":" + quoted(f[4]);
    if (!f[5].empty()) {
      details += ",\"secondary\":" + quoted(f[5]);
    }
    if (!f[6].empty()) {
      details += ",\"block\":{\"reason\":" + quoted(f[6]);
      details += f[7].empty() ? "}" : ",\"traffic\":" + array(f[7]) + "}";
    }
    return contact(store_.create_contact(f[0], details + "}"));
  }
  Fields edit_contact(const Fields& f) {
    return contact(store_.edit_contact(f[0], f[1], "{\"primary\":" + quoted(f[2]) + "}"));
  }
  Fields archive_contact(const Fields& f) { return contact(store_.archive_contact(f[0], f[1])); }
  Fields restore_contact(const Fields& f) { return contact(store_.restore_contact(f[0], f[1])); }

  static Fields blocked(const std::string& document) {
    return members(document, {"generation", "changed", "unchanged"});
  }
  static stoplist::BlockOptions how(const std::string& what, const std::string& until) {
    stoplist::BlockOptions options;
    options.traffic = traffic(what);
    options.until = moment(until);
    return options;
  }
  Fields block(const Fields& f) {
    return blocked(store_.block(f[0], list_of(f[1]), documentation(f[2]), how(f[3], f[4])));
  }
  Fields unblock(const Fields& f) { return blocked(store_.unblock(f[0], list_of(f[1]), documentation(f[2]))); }

  static stoplist::BulkTargets targets(const Fields& f) {
    stoplist::BulkTargets targets;
    targets.filters = list_of(f[1]);
    targets.who = list_of(f[2]);
    for (const std::string& number : list_of(f[3])) {
      targets.numbers.push_back(std::stoull(number));
    }
    targets.origin = "vectors";
    return targets;
  }
  static stoplist::BulkLimits limits(const std::string& which) {
    stoplist::BulkLimits limits;
    limits.dry_run = which == "dry_run";
    limits.confirmed = which == "confirmed";
    return limits;
  }
  static Fields report(const std::string& document) {
    return members(document, {"generation", "matched", "changed", "unchanged", "failed"});
  }
  Fields bulk_block(const Fields& f) {
    return report(store_.bulk_block(f[0], targets(f), documentation(f[4]), how(f[6], f[7]), limits(f[5])));
  }
  Fields bulk_unblock(const Fields& f) {
    return report(store_.bulk_unblock(f[0], targets(f), documentation(f[4]), limits(f[5])));
  }
  Fields undo(const Fields& f) { return at(store_.undo(f[0], std::stoull(f[1]))); }

  Fields check(const Fields& f) {
    stoplist::GateOptions options;
    options.region = f[1];
    options.traffic = traffic(f[2]);
    options.lists = list_of(f[3]);
    const auto verdict = store_.gate(options).check(f[0]).or_throw();
    if (verdict.invalid()) {
      return {"invalid", "", "", std::string(stoplist::name(verdict.refusal())), ""};
    }
    const std::string number = std::to_string(verdict.number());
    if (verdict.allowed()) {
      return {"allow", number, "", "", ""};
    }
    const auto why = store_.explain(verdict.number(), verdict.list(), options.traffic).value_or(stoplist::Explanation());
    std::string until;
    if (why.until) {
      until = std::to_string(
          std::chrono::duration_cast<std::chrono::milliseconds>(why.until->time_since_epoch()).count());
    }
    return {"block", number, std::string(verdict.list()), why.reason, until};
  }

  std::string scratch_;
  std::string path_;
  int stores_ = 0;
  stoplist::Store store_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: vectors SCRATCH_DIR LIBRARY_PATH\n";
    return 2;
  }
  try {
    Door door(arguments[1]);
    for (std::string line; std::getline(std::cin, line);) {
      std::cout << door.answer(line) << '\n';
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "vectors: " << error.what() << '\n';
    return 2;
  }
}
