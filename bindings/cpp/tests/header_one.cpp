// Is the header complete by itself, and may two files of a program include it? This one, and header_two.cpp.

#include "stoplist.hpp"
#include "stoplist.hpp"

#include <cstdio>
#include <string>

std::string version_of_the_other_file();
stoplist::Verdict ask_in_the_other_file(const stoplist::Gate& gate, std::string_view text);

int main() {
  if (version_of_the_other_file() != stoplist::version()) {
    std::fputs("header_one: the two files see different versions\n", stderr);
    return 1;
  }
  if (ask_in_the_other_file(stoplist::Gate(), "+4930901820").status() != stoplist::Status::InvalidArgument) {
    std::fputs("header_one: a gate that is none gives an answer\n", stderr);
    return 1;
  }
  return 0;
}
