"""How does DataFusion do an anti-join?"""

import datafusion
import pyarrow.parquet as parquet

VERSION = datafusion.__version__

# The rows of a batch, as the engine itself makes them; 65,536 were slower.
BATCH = 8192


class Peer:
    def __init__(self, files, column, threads):
        recipients = parquet.read_table(files.recipients)
        blocked = parquet.read_table(files.blocked, columns=[column])
        tables = {
            "recipients": partitions(recipients, threads),
            "blocked": partitions(blocked, threads),
            "first": partitions(recipients.slice(0, 1), 1),
        }
        context = connect(threads, tables)
        # Would put the one row of `build` into the hash table in place of the block set.
        unswapped = connect(threads, tables, {"datafusion.optimizer.join_reordering": "false"})
        on = f"ON recipients.{column} = blocked.{column}"
        # NOT EXISTS is planned alike; string views are slower.
        self.tasks = {
            "full": lambda: context.sql(
                f"SELECT recipients.* FROM recipients LEFT ANTI JOIN blocked {on}"
            ).collect(),
            "keys": lambda: context.sql(
                f"SELECT recipients.{column} FROM recipients LEFT ANTI JOIN blocked {on}"
            ).collect(),
            "build": lambda: unswapped.sql(
                f"SELECT first.* FROM blocked RIGHT ANTI JOIN first"
                f" ON first.{column} = blocked.{column}"
            ).collect(),
        }

    @staticmethod
    def batches(answer):
        return answer


def connect(threads, tables, settings=None):
    config = datafusion.SessionConfig().with_target_partitions(threads)
    for name, value in (settings or {}).items():
        config = config.set(name, value)
    context = datafusion.SessionContext(config)
    for name, batches in tables.items():
        context.register_record_batches(name, batches)
    return context


def partitions(table, count):
    """The rows in as many parts of equal size as there are threads."""
    batches = table.to_batches(max_chunksize=BATCH)
    bounds = [part * len(batches) // count for part in range(count + 1)]
    return [batches[start:end] for start, end in zip(bounds, bounds[1:])]


def cold(files, column, threads, out):
    # As strings with offsets: views take more memory and longer, most of it in the kernel.
    as_strings = {"datafusion.execution.parquet.schema_force_view_types": "false"}
    context = connect(threads, {}, as_strings)
    context.register_parquet("recipients", files.recipients)
    context.register_parquet("blocked", files.blocked)
    context.sql(
        f"COPY (SELECT recipients.* FROM recipients LEFT ANTI JOIN blocked"
        f" ON recipients.{column} = blocked.{column}) TO '{out}'"
        f" STORED AS PARQUET OPTIONS ('format.compression' 'snappy')"
    ).collect()
