/* How does a test say what is wrong?
 *
 * It says so for each thing that is not as it should be, goes on, and ends with 1 when there was any. */
#ifndef TEST_H
#define TEST_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <stoplist.h>

static atomic_uint test_failures;

/* Whether it is so; says with these words what it is about when it is not. */
static inline int test_expect(int is_so, const char *file, int line, const char *format, ...) {
  if (!is_so) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    test_failures++;
  }
  return is_so;
}

#define EXPECT(condition, ...) test_expect((condition) != 0, __FILE__, __LINE__, __VA_ARGS__)

/* A call of the set-up has to succeed; says what its error says, and frees it. */
static inline int test_ok(int32_t status, stoplist_error **at, const char *file, int line) {
  stoplist_error *error = *at;
  int is_so = test_expect(status == STOPLIST_OK, file, line, "%s: %s: %s", stoplist_status_name(status),
                          stoplist_error_code(error), stoplist_error_message(error));
  stoplist_error_free(error);
  return is_so;
}

/* `call` ends with `&error`, which is read when the call is over. */
#define SUCCEEDS(call) (error = NULL, test_ok((call), &error, __FILE__, __LINE__))

#endif
