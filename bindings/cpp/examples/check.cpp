// How does a program ask whether a message may pass?
//
//   program SCRATCH_DIR LIBRARY_PATH

#include "stoplist.hpp"

#include <iostream>
#include <string>
#include <vector>

namespace {

void expect(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

void run(const std::string& scratch) {
  const auto store = stoplist::Store::create(scratch + "/check.store", "ana");
  stoplist::GateOptions options;
  options.traffic = stoplist::Traffic::Outbound | stoplist::Traffic::Broadcast;
  options.region = "DE";
  const auto gate = store.gate(options);

  stoplist::Documentation why;
  why.reason = "opt_out";
  why.note = "wrote STOP";
  store.block("ana", "+49 30 901820", why);

  // One text, as people write it. A verdict is a value; nothing is allocated, nothing thrown.
  const stoplist::Verdict verdict = gate.check("030 901820");
  expect(verdict.blocked() && verdict.list() == "blocked", "the number is blocked");
  const auto reason = store.explain(verdict.number(), verdict.list(), options.traffic);
  expect(reason && reason->reason == "opt_out", "and it is known why");
  std::cout << '+' << verdict.number() << " is on " << verdict.list() << ": " << reason->reason << '\n';

  // What is no number is never allowed.
  const stoplist::Verdict vanity = gate.check("0800 PIZZA");
  expect(!vanity.allowed() && vanity.refusal() == stoplist::Refusal::Letters, "letters are no number");
  std::cout << "0800 PIZZA: " << stoplist::name(vanity.refusal()) << '\n';

  // Numbers that are known already, one and many. All answers of a call are of one moment.
  expect(gate.check(4930901821).allowed(), "another number is not blocked");
  const std::vector<std::uint64_t> numbers = {4930901820, 4930901821, 12};
  const auto all = gate.check_numbers(numbers);
  expect(all.answers == std::vector{stoplist::Answer::Block, stoplist::Answer::Allow, stoplist::Answer::Invalid},
         "three numbers, three answers");

  // Without vectors, for loops that must not allocate.
  stoplist::Answer answers[3];
  expect(gate.check_numbers(numbers.data(), numbers.size(), answers) == stoplist::Status::Ok, "it answers");
  expect(answers[0] == stoplist::Answer::Block, "the first is blocked");

  // A gate that could not answer has not said yes; or_throw makes an exception of that.
  expect(gate.check(4930901821).or_throw().allowed(), "it answers");
  expect(!stoplist::Verdict().allowed(), "nothing is not an allow");
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: check SCRATCH_DIR LIBRARY_PATH\n";
    return 2;
  }
  try {
    run(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "check: " << error.what() << '\n';
    return 1;
  }
}
