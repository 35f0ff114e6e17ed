/* What do the examples do when something is not as it should be?
 *
 * They say where and what, free what they have behind the label `done`, and end with 1. A function that
 * uses these macros has the variable `error`, NULL at first, and that label. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stoplist.h>

/* The call, whose last argument is `&error`, has to succeed. */
#define OK(call)                                                                              \
  do {                                                                                        \
    int32_t status_ = (call);                                                                 \
    if (status_ != STOPLIST_OK) {                                                             \
      fprintf(stderr, "%s:%d: %s: %s: %s\n", __FILE__, __LINE__, stoplist_status_name(status_), \
              stoplist_error_code(error), stoplist_error_message(error));                     \
      goto done;                                                                              \
    }                                                                                         \
  } while (0)

/* This has to be so. */
#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
      goto done;                                                               \
    }                                                                          \
  } while (0)

#endif
