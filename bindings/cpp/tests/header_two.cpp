// The other half of header_one.cpp: the same header, without anything before it, in a second file of the program.

#include "stoplist.hpp"

std::string version_of_the_other_file() { return std::string(stoplist::version()); }

stoplist::Verdict ask_in_the_other_file(const stoplist::Gate& gate, std::string_view text) { return gate.check(text); }
