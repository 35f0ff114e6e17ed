/* How is somebody blocked, and let through again?
 *
 * A contact is made and edited by JSON; it is blocked with a reason, of some traffic or all, for good or
 * until a time, after which it passes again by itself; and it is found again by what is known of it. */
#include "check.h"

#include <string.h>
#include <time.h>

static stoplist_documentation because(const char *reason, const char *note) {
  stoplist_documentation why = {.size = sizeof why};
  why.reason = reason;
  why.reason_len = strlen(reason);
  why.note = note;
  why.note_len = strlen(note);
  return why;
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int contains(const stoplist_text *json, const char *part) {
  return strstr(stoplist_text_data(json), part) != NULL;
}

int main(int argc, char **argv) {
  stoplist_store *store = NULL;
  stoplist_gate *sending = NULL, *receiving = NULL;
  stoplist_text *json = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  char path[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &store, &error));
  stoplist_gate_options of_sending = {.size = sizeof of_sending, .traffic = STOPLIST_OUTBOUND};
  stoplist_gate_options of_receiving = {.size = sizeof of_receiving, .traffic = STOPLIST_INBOUND};
  OK(stoplist_gate_open(store, &of_sending, &sending, &error));
  OK(stoplist_gate_open(store, &of_receiving, &receiving, &error));

  /* A contact with two numbers. Its id is c1: the first of the store. */
  OK(stoplist_contact_create(
      store, STOPLIST_TEXT("ana"),
      STOPLIST_TEXT("{\"name\": \"Ada Lovelace\", \"category\": \"Lead\", \"groups\": [\"pioneers\"],"
                    " \"primary\": \"+442079460001\", \"secondary\": \"+442079460002\"}"),
      &json, &error));
  printf("created:  %s\n", stoplist_text_data(json));
  CHECK(contains(json, "\"c1\"") && contains(json, "\"active\""));
  stoplist_text_free(json);
  json = NULL;

  /* Blocked, of what is sent only. `who` takes ids and numbers. */
  const char *who[] = {"c1"};
  const size_t who_lens[] = {2};
  stoplist_documentation why = because("opt_out", "wrote STOP");
  why.reference = "C-17";
  why.reference_len = strlen(why.reference);
  stoplist_block_options what = {.size = sizeof what, .traffic = STOPLIST_OUTBOUND | STOPLIST_BROADCAST};
  OK(stoplist_store_block(store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, &what, &json, &error));
  printf("blocked:  %s\n", stoplist_text_data(json));
  stoplist_text_free(json);
  json = NULL;

  stoplist_verdict verdict;
  for (uint64_t number = 442079460001; number <= 442079460002; number++) {
    OK(stoplist_gate_check(sending, number, &verdict, &error));
    CHECK(verdict.verdict == STOPLIST_BLOCK && strcmp(verdict.list, "blocked") == 0);
    OK(stoplist_gate_check(receiving, number, &verdict, &error));
    CHECK(verdict.verdict == STOPLIST_ALLOW && verdict.list[0] == '\0');
  }

  /* Why? Asked for the list that the verdict names. */
  stoplist_explanation explanation;
  OK(stoplist_store_explain(store, 442079460002, STOPLIST_TEXT("blocked"), STOPLIST_OUTBOUND, &explanation,
                            &error));
  printf("because:  %s\n", explanation.reason);
  CHECK(strcmp(explanation.reason, "opt_out") == 0 && explanation.until_ms == 0);

  /* Contacts are edited while they are blocked. Null takes the secondary number away. */
  OK(stoplist_contact_edit(store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("c1"),
                           STOPLIST_TEXT("{\"email\": \"ada@example.org\", \"secondary\": null,"
                                         " \"add_groups\": [\"vip\"]}"),
                           NULL, &error));
  OK(stoplist_gate_check(sending, 442079460002, &verdict, &error));
  CHECK(verdict.verdict == STOPLIST_ALLOW);

  /* And found by what is known of them. */
  OK(stoplist_contact_find(store, STOPLIST_TEXT("ana"),
                           STOPLIST_TEXT("{\"search\": \"lovelace\", \"status\": [\"blocked\"],"
                                         " \"groups\": [\"vip\"], \"sort\": \"name:desc\"}"),
                           &json, &error));
  printf("found:    %s\n", stoplist_text_data(json));
  CHECK(contains(json, "\"total\":1") && contains(json, "ada@example.org") && contains(json, "C-17"));
  stoplist_text_free(json);
  json = NULL;

  /* Let through again; that needs a reason as well. */
  why = because("requested", "wrote START");
  OK(stoplist_store_unblock(store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, NULL, &error));
  OK(stoplist_gate_check(sending, 442079460001, &verdict, &error));
  CHECK(verdict.verdict == STOPLIST_ALLOW);
  int32_t status = stoplist_store_explain(store, 442079460001, STOPLIST_TEXT("blocked"), 0, &explanation, NULL);
  CHECK(status == STOPLIST_NOT_FOUND);

  /* For a time: it ends without anyone calling, within a second. */
  why = because("investigation", "under review");
  what.traffic = 0;
  what.until_ms = now_ms() + 1000;
  OK(stoplist_store_block(store, STOPLIST_TEXT("ana"), who, who_lens, 1, &why, &what, NULL, &error));
  OK(stoplist_gate_check(receiving, 442079460001, &verdict, &error));
  CHECK(verdict.verdict == STOPLIST_BLOCK);
  OK(stoplist_store_explain(store, 442079460001, STOPLIST_TEXT("blocked"), 0, &explanation, &error));
  CHECK(explanation.until_ms == what.until_ms);
  do {
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    OK(stoplist_gate_check(receiving, 442079460001, &verdict, &error));
    CHECK(now_ms() < what.until_ms + 4000);
  } while (verdict.verdict == STOPLIST_BLOCK);
  CHECK(now_ms() >= what.until_ms);
  printf("passes again %lld ms after the end of the block\n", (long long)(now_ms() - what.until_ms));

  OK(stoplist_contact_history(store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("c1"), &json, &error));
  CHECK(contains(json, "\"blocked\"") && contains(json, "\"unblocked\"") && contains(json, "\"lapsed\""));
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_text_free(json);
  stoplist_gate_free(sending);
  stoplist_gate_free(receiving);
  if (stoplist_store_close(store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  return result;
}
