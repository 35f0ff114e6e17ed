"""How does DuckDB do an anti-join?"""

import duckdb

VERSION = duckdb.__version__

# Would put the one row of `build` into the hash table in place of the block set.
SWAPS = "join_order,build_side_probe_side"


class Peer:
    def __init__(self, files, column, threads):
        self.column = column
        self.connection = connect(threads)
        run = self.connection.execute
        run(f"CREATE TABLE recipients AS FROM read_parquet('{files.recipients}')")
        run(f"CREATE TABLE blocked AS SELECT {column} FROM read_parquet('{files.blocked}')")
        run("CREATE TABLE first AS FROM recipients LIMIT 1")
        answer_in_any_order(self.connection)
        self.tasks = {
            "full": lambda: self.anti_join("*", "recipients"),
            "keys": lambda: self.anti_join(column, "recipients"),
            "build": self.build,
        }

    def anti_join(self, columns, recipients):
        """`NOT EXISTS` is planned alike, `NOT IN` is slower, and so is a result kept as a table."""
        query = f"SELECT {columns} FROM {recipients} ANTI JOIN blocked USING ({self.column})"
        return self.connection.sql(query).to_arrow_table()

    def build(self):
        self.connection.execute(f"SET disabled_optimizers = '{SWAPS}'")
        try:
            return self.anti_join("*", "first")
        finally:
            self.connection.execute("SET disabled_optimizers = ''")

    @staticmethod
    def batches(answer):
        return answer.to_batches()


def connect(threads):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    return connection


def answer_in_any_order(connection):
    """Order is not asked for, and keeping it takes longer."""
    connection.execute("SET preserve_insertion_order = false")


def cold(files, column, threads, out):
    connection = connect(threads)
    answer_in_any_order(connection)
    connection.execute(
        f"COPY (SELECT * FROM read_parquet('{files.recipients}') AS recipients"
        f" ANTI JOIN read_parquet('{files.blocked}') AS blocked USING ({column}))"
        f" TO '{out}' (FORMAT parquet, COMPRESSION snappy)"
    )
