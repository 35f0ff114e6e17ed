// How are blocked recipients taken out of an Arrow stream?
//
// The stream is built by hand, so that the example needs no Arrow library. A host that has one exports its own
// (arrow::ExportRecordBatchReader in C++) and imports what comes out.
//
//   program SCRATCH_DIR LIBRARY_PATH

#include "stoplist.hpp"

#include <cerrno>
#include <iostream>
#include <string>
#include <vector>

namespace {

void expect(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

// -- An Arrow stream of batches {phone: utf8, id: int64} -----------------------------------------------------------

struct Recipient {
  std::string phone;
  std::int64_t id;
};

/// What a batch keeps alive until it is released.
struct BatchMemory {
  std::vector<std::int32_t> offsets{0};
  std::string phones;
  std::vector<std::int64_t> ids;
  const void* phone_buffers[3] = {};
  const void* id_buffers[2] = {};
  const void* row_buffers[1] = {};
  ArrowArray columns[2] = {};
  ArrowArray* children[2] = {&columns[0], &columns[1]};
};

/// A child owns nothing: its parent does.
void release_child(ArrowArray* child) { child->release = nullptr; }
void release_child_schema(ArrowSchema* child) { child->release = nullptr; }

void release_batch(ArrowArray* batch) {
  for (std::int64_t at = 0; at < batch->n_children; ++at) {
    // A consumer may have moved a child out; then it is released already.
    if (batch->children[at]->release != nullptr) {
      batch->children[at]->release(batch->children[at]);
    }
  }
  delete static_cast<BatchMemory*>(batch->private_data);
  batch->release = nullptr;
}

void fill(ArrowArray* column, std::int64_t length, std::int64_t n_buffers, const void** buffers) {
  column->length = length;
  column->n_buffers = n_buffers;
  column->buffers = buffers;
  column->release = &release_child;
}

void make_batch(const std::vector<Recipient>& recipients, ArrowArray* batch) {
  auto memory = std::make_unique<BatchMemory>();
  for (const Recipient& one : recipients) {
    memory->phones += one.phone;
    memory->offsets.push_back(static_cast<std::int32_t>(memory->phones.size()));
    memory->ids.push_back(one.id);
  }
  const auto length = static_cast<std::int64_t>(recipients.size());
  memory->phone_buffers[1] = memory->offsets.data();
  memory->phone_buffers[2] = memory->phones.data();
  memory->id_buffers[1] = memory->ids.data();
  fill(&memory->columns[0], length, 3, memory->phone_buffers);
  fill(&memory->columns[1], length, 2, memory->id_buffers);
  *batch = ArrowArray{};
  batch->length = length;
  batch->n_buffers = 1;
  batch->buffers = memory->row_buffers;
  batch->n_children = 2;
  batch->children = memory->children;
  batch->release = &release_batch;
  batch->private_data = memory.release();
}

struct SchemaMemory {
  ArrowSchema columns[2] = {};
  ArrowSchema* children[2] = {&columns[0], &columns[1]};
};

void release_schema(ArrowSchema* schema) {
  for (std::int64_t at = 0; at < schema->n_children; ++at) {
    if (schema->children[at]->release != nullptr) {
      schema->children[at]->release(schema->children[at]);
    }
  }
  delete static_cast<SchemaMemory*>(schema->private_data);
  schema->release = nullptr;
}

void make_schema(ArrowSchema* schema) {
  auto memory = std::make_unique<SchemaMemory>();
  const char* formats[2] = {"u", "l"};
  const char* names[2] = {"phone", "id"};
  for (int at = 0; at < 2; ++at) {
    memory->columns[at].format = formats[at];
    memory->columns[at].name = names[at];
    memory->columns[at].release = &release_child_schema;
  }
  *schema = ArrowSchema{};
  schema->format = "+s";
  schema->name = "";
  schema->n_children = 2;
  schema->children = memory->children;
  schema->release = &release_schema;
  schema->private_data = memory.release();
}

struct Source {
  std::vector<std::vector<Recipient>> batches;
  std::size_t next = 0;
};

int get_schema(ArrowArrayStream*, ArrowSchema* schema) {
  try {
    make_schema(schema);
    return 0;
  } catch (...) {
    return ENOMEM;
  }
}

int get_next(ArrowArrayStream* stream, ArrowArray* batch) {
  auto* source = static_cast<Source*>(stream->private_data);
  *batch = ArrowArray{};
  try {
    if (source->next < source->batches.size()) {
      make_batch(source->batches[source->next++], batch);
    }
    return 0;
  } catch (...) {
    return ENOMEM;
  }
}

const char* get_last_error(ArrowArrayStream*) { return "no memory"; }

void release_stream(ArrowArrayStream* stream) {
  delete static_cast<Source*>(stream->private_data);
  stream->release = nullptr;
}

stoplist::Owned<ArrowArrayStream> make_stream(std::vector<std::vector<Recipient>> batches) {
  ArrowArrayStream stream{};
  stream.get_schema = &get_schema;
  stream.get_next = &get_next;
  stream.get_last_error = &get_last_error;
  stream.private_data = new Source{std::move(batches)};
  stream.release = &release_stream;
  return stoplist::Owned<ArrowArrayStream>(stream);
}

std::vector<std::int64_t> ids(const stoplist::Owned<ArrowArray>& batch) {
  const ArrowArray* column = batch->children[1];
  const auto* values = static_cast<const std::int64_t*>(column->buffers[1]) + column->offset;
  return {values, values + column->length};
}

// -- What it is about ----------------------------------------------------------------------------------------------

void run(const std::string& scratch) {
  const auto store = stoplist::Store::create(scratch + "/filter.store", "ana");
  stoplist::Documentation why;
  why.reason = "opt_out";
  store.block("ana", {"+12025550101", "+12025550104"}, why);

  stoplist::GateOptions which;
  which.traffic = stoplist::Traffic::Broadcast;
  stoplist::FilterOptions how;
  how.threads = 1;
  how.excluded = true;
  const auto filter = store.filter(which, how);

  // The stream is taken; the pass releases it. Rows come out in their order, the others with the reason.
  auto stream = make_stream({{{"+1 202 555 0100", 0}, {"+1 202 555 0101", 1}, {"nobody", 2}},
                             {{"+1 202 555 0103", 3}, {"+1 202 555 0104", 4}}});
  const auto pass = filter.stream(std::move(stream));
  const auto schemas = pass.schemas();
  expect(schemas.kept->n_children == 2 && schemas.excluded->n_children == 5, "excluded rows have three columns more");
  std::vector<std::int64_t> kept;
  std::vector<std::int64_t> excluded;
  while (const auto rows = pass.next()) {
    for (const std::int64_t id : ids(rows->kept)) {
      kept.push_back(id);
    }
    for (const std::int64_t id : ids(rows->excluded)) {
      excluded.push_back(id);
    }
  }
  expect(kept == std::vector<std::int64_t>{0, 3}, "two may be sent to");
  expect(excluded == std::vector<std::int64_t>{1, 2, 4}, "three may not");
  const auto counts = pass.report().counts();
  expect(counts.rows == 5 && counts.kept == 2 && counts.blocked == 2 && counts.invalid == 1, "and all are counted");
  pass.record("ana", "welcome.parquet");
  std::cout << pass.report().json() << '\n';

  // A list that is one batch; and a second look at what was kept, just before it is sent.
  stoplist::Batch batch;
  make_batch({{"+12025550100", 0}, {"+12025550103", 3}}, batch.array.get());
  make_schema(batch.schema.get());
  auto filtered = filter.batch(std::move(batch));
  expect(filtered.report.counts().kept == 2, "nobody is blocked in it");
  store.block("ana", "+12025550103", why);
  const auto again = filter.recheck(std::move(filtered.kept), filtered.report);
  expect(again.kept.array->length == 1 && again.blocked.array->length == 1, "who was blocked meanwhile is found");
  expect(again.generation == store.generation(), "the answer includes the last change");
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: filter SCRATCH_DIR LIBRARY_PATH\n";
    return 2;
  }
  try {
    run(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "filter: " << error.what() << '\n';
    return 1;
  }
}
