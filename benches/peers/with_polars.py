"""How does Polars do an anti-join?"""

import polars

VERSION = polars.__version__


class Peer:
    def __init__(self, files, column, _threads):
        self.column = column
        self.recipients = polars.read_parquet(files.recipients).rechunk()
        self.blocked = polars.read_parquet(files.blocked, columns=[column]).rechunk()
        keys = self.recipients.select(column)
        first = self.recipients.head(1)
        self.tasks = {
            "full": lambda: self.anti_join(self.recipients),
            "keys": lambda: self.anti_join(keys),
            # Left to itself, the streaming engine puts the one row into the table.
            "build": lambda: self.anti_join(first, build_side="force_right"),
        }

    def anti_join(self, recipients, build_side="auto"):
        """Texts are joined fastest by the engine in memory, integers by the streaming one.

        Slower were `maintain_order`, `is_in`, and for the engine in memory any `build_side`.
        """
        engine = "in-memory" if self.column == "phone" else "streaming"
        joined = recipients.lazy().join(
            self.blocked.lazy(), on=self.column, how="anti", build_side=build_side
        )
        return joined.collect(engine=engine)

    @staticmethod
    def batches(answer):
        return answer.to_arrow().to_batches()


def cold(files, column, _threads, out):
    blocked = polars.scan_parquet(files.blocked).select(column)
    kept = polars.scan_parquet(files.recipients).join(blocked, on=column, how="anti")
    kept.sink_parquet(out, compression="snappy")
