/* Where does a message gateway ask?
 *
 * Before it delivers what comes in and before it hands over what goes out. A STOP that comes in blocks what
 * goes out from that moment on. A broadcast is filtered when it is planned and looked at again when it is
 * handed over, because people opt out in between; and that it was filtered is put on record. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

struct gateway {
  stoplist_store *store;
  stoplist_gate *inbound, *outbound;
  unsigned delivered, held;
};

struct message {
  uint32_t direction;
  const char *number, *text;
};

/* -- One by one -------------------------------------------------------------------------------- */

static int block(const stoplist_store *store, const char *number, const char *reason, uint32_t traffic) {
  stoplist_error *error = NULL;
  const char *who[] = {number};
  const size_t who_lens[] = {strlen(number)};
  stoplist_documentation why = {.size = sizeof why, .reason = reason, .reason_len = strlen(reason)};
  stoplist_block_options what = {.size = sizeof what, .traffic = traffic};
  int result = 1;
  why.source = "gateway";
  why.source_len = strlen(why.source);
  OK(stoplist_store_block(store, STOPLIST_TEXT("gateway"), who, who_lens, 1, &why, &what, NULL, &error));
  result = 0;

done:
  stoplist_error_free(error);
  return result;
}

/* Delivers a message or holds it back, and puts on record which. */
static int handle(struct gateway *gateway, const struct message *message) {
  stoplist_error *error = NULL;
  stoplist_verdict verdict;
  int comes_in = message->direction == STOPLIST_INBOUND, result = 1;
  const stoplist_gate *gate = comes_in ? gateway->inbound : gateway->outbound;

  OK(stoplist_gate_check_text(gate, message->number, strlen(message->number), &verdict, &error));
  int passes = verdict.verdict == STOPLIST_ALLOW;
  gateway->delivered += (unsigned)passes;
  gateway->held += (unsigned)!passes;
  const char *outcome = passes ? "delivered" : "held back";
  printf("%s %-14s %-20s %s%s%s\n", comes_in ? "from" : "to  ", message->number, message->text, outcome,
         verdict.list[0] == '\0' ? "" : ": ", verdict.list);

  /* What is no number has no history. */
  if (verdict.verdict != STOPLIST_INVALID) {
    OK(stoplist_message_record(gateway->store, STOPLIST_TEXT("gateway"), message->number,
                               strlen(message->number), message->direction, outcome, strlen(outcome), 0, NULL,
                               &error));
  }
  /* Messages from the person still come in: they may want to say START. */
  if (passes && comes_in && strcmp(message->text, "STOP") == 0) {
    CHECK(block(gateway->store, message->number, "opt_out",
                STOPLIST_OUTBOUND | STOPLIST_AUTOMATED | STOPLIST_BROADCAST) == 0);
  }
  result = 0;

done:
  stoplist_error_free(error);
  return result;
}

/* -- A broadcast: a batch of one column `to`, as an Arrow stream -------------------------------------- */

static const char *const RECIPIENTS[] = {"+12025550101", "+12025550102", "+12025550103", "+12025550104"};
enum { COUNT = sizeof RECIPIENTS / sizeof RECIPIENTS[0] };

/* All that the stream gives is in here, and lives as long as the broadcast. */
struct broadcast {
  int is_given;
  int32_t offsets[COUNT + 1];
  char bytes[COUNT * 16];
  const void *text_buffers[3], *batch_buffers[1];
  struct ArrowArray column, *columns[1];
  struct ArrowSchema field, *fields[1];
};

static void release_array(struct ArrowArray *array) { array->release = NULL; }
static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }
static void release_stream(struct ArrowArrayStream *stream) { stream->release = NULL; }

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  struct broadcast *broadcast = stream->private_data;
  broadcast->field = (struct ArrowSchema){.format = "u", .name = "to", .release = release_schema};
  broadcast->fields[0] = &broadcast->field;
  *out = (struct ArrowSchema){.format = "+s", .n_children = 1, .children = broadcast->fields};
  out->release = release_schema;
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  struct broadcast *broadcast = stream->private_data;
  *out = (struct ArrowArray){.release = NULL};
  if (broadcast->is_given) {
    return 0;
  }
  broadcast->is_given = 1;
  for (size_t row = 0; row < COUNT; row++) {
    size_t length = strlen(RECIPIENTS[row]);
    memcpy(broadcast->bytes + broadcast->offsets[row], RECIPIENTS[row], length);
    broadcast->offsets[row + 1] = broadcast->offsets[row] + (int32_t)length;
  }
  broadcast->text_buffers[1] = broadcast->offsets;
  broadcast->text_buffers[2] = broadcast->bytes;
  broadcast->column = (struct ArrowArray){.length = COUNT, .n_buffers = 3, .release = release_array};
  broadcast->column.buffers = broadcast->text_buffers;
  broadcast->columns[0] = &broadcast->column;
  *out = (struct ArrowArray){.length = COUNT, .n_buffers = 1, .buffers = broadcast->batch_buffers};
  out->n_children = 1;
  out->children = broadcast->columns;
  out->release = release_array;
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return NULL;
}

static void hand_over(const struct ArrowArray *batch) {
  const struct ArrowArray *column = batch->children[0];
  const int32_t *offsets = column->buffers[1];
  for (int64_t row = 0; row < batch->length; row++) {
    int64_t at = column->offset + batch->offset + row;
    printf("to   %.*s   Spring is here!\n", (int)(offsets[at + 1] - offsets[at]),
           (const char *)column->buffers[2] + offsets[at]);
  }
}

static int send_broadcast(struct gateway *gateway, const struct message *meanwhile) {
  struct broadcast *broadcast = calloc(1, sizeof *broadcast);
  struct ArrowArrayStream stream = {get_schema, get_next, get_last_error, release_stream, broadcast};
  struct ArrowSchema planned_schema = {0}, ready_schema = {0};
  struct ArrowArray planned = {0}, ready = {0};
  stoplist_filter *filter = NULL;
  stoplist_pass *pass = NULL;
  stoplist_report *report = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  CHECK(broadcast != NULL);
  stoplist_gate_options gate = {.size = sizeof gate, .traffic = STOPLIST_BROADCAST};
  OK(stoplist_filter_open(gateway->store, &gate, NULL, &filter, &error));
  OK(stoplist_filter_stream(filter, &stream, &pass, &error));
  OK(stoplist_pass_schema(pass, &planned_schema, NULL, &error));
  OK(stoplist_pass_next(pass, &planned, NULL, &error));
  CHECK(planned.release != NULL && planned.length == COUNT - 1);
  OK(stoplist_pass_report(pass, &report, &error));

  /* Hours pass, and somebody opts out. */
  CHECK(handle(gateway, meanwhile) == 0);

  /* Just before it is handed over: only what has changed since the report is looked at. */
  uint64_t generation = 0;
  OK(stoplist_filter_recheck(filter, &planned, &planned_schema, report, &ready, &ready_schema, NULL, NULL,
                             &generation, &error));
  CHECK(ready.length == COUNT - 2);
  hand_over(&ready);

  uint64_t record = 0;
  OK(stoplist_pass_record(pass, STOPLIST_TEXT("gateway"), STOPLIST_TEXT("spring"), NULL, 0, &record, &error));
  CHECK(record > generation);
  printf("broadcast: %d planned, %lld handed over, on record as change %llu\n", COUNT,
         (long long)ready.length, (unsigned long long)record);
  result = 0;

done:
  stoplist_error_free(error);
  if (ready.release != NULL) {
    ready.release(&ready);
  }
  if (ready_schema.release != NULL) {
    ready_schema.release(&ready_schema);
  }
  if (planned.release != NULL) {
    planned.release(&planned);
  }
  if (planned_schema.release != NULL) {
    planned_schema.release(&planned_schema);
  }
  stoplist_report_free(report);
  stoplist_pass_free(pass);
  stoplist_filter_free(filter);
  free(broadcast);
  return result;
}

int main(int argc, char **argv) {
  struct gateway gateway = {0};
  stoplist_text *json = NULL, *refused = NULL;
  stoplist_error *error = NULL;
  int result = 1;

  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 1;
  }
  char path[1024];
  snprintf(path, sizeof path, "%s/store", argv[1]);
  OK(stoplist_store_create(path, strlen(path), STOPLIST_TEXT("ana"), NULL, &gateway.store, &error));
  /* The gateway may do what it has to, and nothing else. */
  OK(stoplist_actor_add(gateway.store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("gateway"),
                        STOPLIST_MAY_EDIT | STOPLIST_MAY_BLOCK, NULL, &error));
  stoplist_gate_options options = {.size = sizeof options, .traffic = STOPLIST_INBOUND};
  OK(stoplist_gate_open(gateway.store, &options, &gateway.inbound, &error));
  options.traffic = STOPLIST_OUTBOUND;
  OK(stoplist_gate_open(gateway.store, &options, &gateway.outbound, &error));
  CHECK(block(gateway.store, "+12025550199", "spam", STOPLIST_ALL_TRAFFIC) == 0);

  static const struct message messages[] = {
      {STOPLIST_INBOUND, "+12025550101", "Are you open?"},
      {STOPLIST_OUTBOUND, "+12025550101", "Until six."},
      {STOPLIST_INBOUND, "+12025550199", "You have won!"}, /* held back */
      {STOPLIST_INBOUND, "+12025550101", "STOP"},
      {STOPLIST_OUTBOUND, "+12025550101", "Sorry to see you go"}, /* held back */
      {STOPLIST_INBOUND, "+12025550101", "Thanks"},
      {STOPLIST_OUTBOUND, "front desk", "Somebody called"}, /* held back */
  };
  for (size_t at = 0; at < sizeof messages / sizeof messages[0]; at++) {
    CHECK(handle(&gateway, &messages[at]) == 0);
  }
  CHECK(gateway.delivered == 4 && gateway.held == 3);

  static const struct message late = {STOPLIST_INBOUND, "+12025550103", "STOP"};
  CHECK(send_broadcast(&gateway, &late) == 0);

  /* What was done about somebody can be read later, by who may. */
  OK(stoplist_contact_history(gateway.store, STOPLIST_TEXT("ana"), STOPLIST_TEXT("+12025550101"), &json, &error));
  CHECK(strstr(stoplist_text_data(json), "\"held back\"") != NULL);
  CHECK(strstr(stoplist_text_data(json), "\"opt_out\"") != NULL);
  int32_t status = stoplist_contact_history(gateway.store, STOPLIST_TEXT("gateway"),
                                            STOPLIST_TEXT("+12025550101"), &refused, NULL);
  CHECK(status == STOPLIST_DENIED && refused == NULL);
  result = 0;

done:
  stoplist_error_free(error);
  stoplist_text_free(json);
  stoplist_gate_free(gateway.inbound);
  stoplist_gate_free(gateway.outbound);
  if (stoplist_store_close(gateway.store, NULL) != STOPLIST_OK) {
    result = 1;
  }
  return result;
}
