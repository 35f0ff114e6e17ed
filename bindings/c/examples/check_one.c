/* How does a program ask whether one message may be sent?
 *
 * It opens a store once and a gate of it, and asks the gate before each message. The answer is one of
 * three: allow, block, or no phone number. What is not an allow is not sent. */
#include "check.h"

#include <string.h>

int main(int argc, char **argv) {
  stoplist_store *store = NULL;
  stoplist_gate *gate = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  char path[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);

  /* Whoever makes a store is its first admin. An existing one is opened by stoplist_store_open. */
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &store, &error));

  /* Somebody opted out. The reason is needed, so that it can be told later why. */
  const char *who[] = {"+442079460001"};
  const size_t who_lens[] = {strlen(who[0])};
  stoplist_documentation why = {.size = sizeof why};
  why.reason = "opt_out";
  why.reason_len = strlen(why.reason);
  OK(stoplist_store_block(store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, NULL, NULL, &error));

  /* A gate of all lists that stop what is sent. The region says how `020 …` is to be read. */
  stoplist_gate_options options = {.size = sizeof options, .traffic = STOPLIST_OUTBOUND};
  options.region = "GB";
  options.region_len = 2;
  OK(stoplist_gate_open(store, &options, &gate, &error));

  static const struct {
    const char *text;
    int32_t expected;
  } recipients[] = {
      {"+442079460001", STOPLIST_BLOCK},    {"020 7946 0001", STOPLIST_BLOCK},
      {"tel:+44-20-7946-0001", STOPLIST_BLOCK}, {"020 7946 0002", STOPLIST_ALLOW},
      {"call me", STOPLIST_INVALID},        {"", STOPLIST_INVALID},
  };
  for (size_t at = 0; at < sizeof recipients / sizeof recipients[0]; at++) {
    const char *text = recipients[at].text;
    stoplist_verdict verdict;
    OK(stoplist_gate_check_text(gate, text, strlen(text), &verdict, &error));
    switch (verdict.verdict) {
      case STOPLIST_ALLOW:
        printf("%-22s send to +%llu\n", text, (unsigned long long)verdict.number);
        break;
      case STOPLIST_BLOCK:
        printf("%-22s do not send: on the list `%s`\n", text, verdict.list);
        CHECK(strcmp(verdict.list, "blocked") == 0 && verdict.number == 442079460001);
        break;
      default:
        printf("%-22s do not send: %s\n", text, stoplist_refusal_name(verdict.refusal));
        CHECK(verdict.refusal != 0 && verdict.number == 0);
    }
    CHECK(verdict.verdict == recipients[at].expected);
  }

  /* A program that keeps numbers as integers asks without a text, which is faster still. */
  stoplist_verdict verdict;
  OK(stoplist_gate_check(gate, 442079460001, &verdict, &error));
  CHECK(verdict.verdict == STOPLIST_BLOCK);
  OK(stoplist_gate_check(gate, 442079460002, &verdict, &error));
  CHECK(verdict.verdict == STOPLIST_ALLOW);
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_gate_free(gate);
  if (stoplist_store_close(store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  return result;
}
