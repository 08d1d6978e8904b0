"""The process of one peer that is measured through its Python package.

One JSON object per line asks, one answers, as dev.quiver.bench.ann.ContenderProcess says. A pass over the queries is one
call into the package, whose own loop searches them one by one; only Faiss's IVF, which would search a batch together, is
called query by query.
"""

import gc
import json
import os
import sys
import time

import numpy


def rows_of(path):
    return numpy.fromfile(path, dtype="<i4")


class Hnswlib:
    def __init__(self, settings):
        import hnswlib

        self.package = hnswlib
        self.m = int(settings.get("m", 16))
        self.ef_construction = int(settings.get("efConstruction", 200))
        self.index = None

    def info(self):
        from importlib.metadata import version

        return "hnswlib " + version("hnswlib")

    def space(self, request):
        return {"EUCLIDEAN": "l2", "COSINE": "ip", "DOT": "ip"}[request["distance"]]

    def build(self, request, base, rows, spare=0):
        self.meta = {"space": self.space(request), "dimension": int(base.shape[1])}
        self.index = self.package.Index(space=self.meta["space"], dim=self.meta["dimension"])
        self.index.init_index(
            max_elements=len(rows), M=self.m, ef_construction=self.ef_construction, allow_replace_deleted=spare > 0
        )
        self.index.add_items(base[rows], rows, num_threads=request["threads"])

    def churn(self, request, base, rows, changes):
        self.build(request, base, rows, spare=1)
        for change in changes:
            for row in change["remove"]:
                self.index.mark_deleted(int(row))
            self.index.add_items(
                base[change["add"]], change["add"], num_threads=request["threads"], replace_deleted=True
            )

    def save(self, folder):
        self.index.save_index(os.path.join(folder, "index.hnswlib"))
        with open(os.path.join(folder, "meta.json"), "w") as out:
            json.dump(self.meta, out)

    def open(self, folder):
        with open(os.path.join(folder, "meta.json")) as file:
            self.meta = json.load(file)
        self.index = self.package.Index(space=self.meta["space"], dim=self.meta["dimension"])
        self.index.load_index(os.path.join(folder, "index.hnswlib"))

    def search(self, queries, k, parameter, threads):
        self.index.set_ef(max(k, parameter))
        labels, _ = self.index.knn_query(queries, k=k, num_threads=threads)
        return labels, None


class Faiss:
    def __init__(self, settings):
        import faiss

        self.package = faiss
        self.settings = settings
        self.index = None

    def info(self):
        return "faiss " + self.package.__version__ + " " + self.package.get_compile_options().strip()

    def build(self, request, base, rows):
        faiss = self.package
        faiss.omp_set_num_threads(request["threads"])
        # Vectors of length 1 have the same order by Euclidean distance as by cosine.
        metric = faiss.METRIC_INNER_PRODUCT if request["distance"] == "DOT" else faiss.METRIC_L2
        dimension = int(base.shape[1])
        kind = self.settings["index"]
        if kind == "ivf":
            lists = min(int(self.settings["lists"]), max(1, len(rows) // 40))
            index = faiss.index_factory(dimension, "IVF%d,PQ%dx4fs,RFlat" % (lists, dimension // 2), metric)
        elif kind == "sq8":
            code = faiss.ScalarQuantizer.QT_8bit_direct if request["bytes"] else faiss.ScalarQuantizer.QT_8bit
            index = faiss.IndexHNSWSQ(dimension, code, int(self.settings["m"]), metric)
        else:
            index = faiss.IndexHNSWFlat(dimension, int(self.settings["m"]), metric)
        if kind != "ivf":
            index.hnsw.efConstruction = int(self.settings["efConstruction"])
        vectors = numpy.ascontiguousarray(base[rows])
        index.train(vectors)
        index.add(vectors)
        self.index = index
        self.rows = rows

    def save(self, folder):
        self.package.write_index(self.index, os.path.join(folder, "index.faiss"))
        self.rows.astype("<i4").tofile(os.path.join(folder, "rows.i32"))

    def open(self, folder):
        self.index = self.package.read_index(os.path.join(folder, "index.faiss"))
        self.rows = rows_of(os.path.join(folder, "rows.i32"))

    def search(self, queries, k, parameter, threads):
        faiss = self.package
        faiss.omp_set_num_threads(threads)
        if self.settings["index"] == "ivf":
            # Two numbers in one: lists to probe, and how many times k candidates are compared again exactly.
            inner = faiss.IVFSearchParameters(nprobe=parameter // 100)
            chosen = faiss.IndexRefineSearchParameters(k_factor=parameter % 100, base_index_params=inner)
            if threads == 1:
                found = numpy.empty((len(queries), k), dtype="int64")
                for i in range(len(queries)):
                    found[i] = self.index.search(queries[i : i + 1], k, params=chosen)[1]
            else:
                found = self.index.search(queries, k, params=chosen)[1]
            return self.translate(found), None
        faiss.cvar.hnsw_stats.reset()
        self.index.hnsw.efSearch = max(k, parameter)
        found = self.index.search(queries, k)[1]
        return self.translate(found), faiss.cvar.hnsw_stats.ndis / len(queries)

    def translate(self, found):
        return numpy.where(found < 0, -1, self.rows[found])


class Server:
    def __init__(self, peer):
        self.peer = peer
        self.queries = {}

    def serve(self, request):
        op = request["op"]
        if op == "info":
            return {"version": self.peer.info()}
        if op in ("build", "churn"):
            return self.build(request, op == "churn")
        if op == "save":
            self.peer.save(request["folder"])
        elif op == "open":
            self.peer.open(request["folder"])
        elif op == "close":
            self.peer.index = None
        elif op == "queries":
            self.queries[request["name"]] = numpy.ascontiguousarray(numpy.load(request["path"]))
        elif op == "search":
            return self.search(request)
        elif op == "collect":
            gc.collect()
        else:
            raise ValueError("no such request: " + op)
        return {}

    def build(self, request, churn):
        base = numpy.load(request["base"], mmap_mode="r")
        rows = rows_of(request["rows"])
        changes = [{name: rows_of(path) for name, path in change.items()} for change in request.get("changes", [])]
        wall, cpu = time.perf_counter(), time.process_time()
        if churn:
            self.peer.churn(request, base, rows, changes)
        else:
            self.peer.build(request, base, rows)
        return {"wallSeconds": time.perf_counter() - wall, "cpuSeconds": time.process_time() - cpu}

    def search(self, request):
        if "filters" in request:
            raise ValueError("filters are not measured through Python: they would call back for every row")
        queries = numpy.tile(self.queries[request["queries"]], (request.get("times", 1), 1))
        threads = request["threads"]
        # With several threads the whole process counts: they are the package's own.
        clock = time.thread_time if threads == 1 else time.process_time
        wall, cpu = time.perf_counter(), clock()
        found, distances = self.peer.search(queries, request["k"], request["parameter"], threads)
        answer = {"wallSeconds": time.perf_counter() - wall, "cpuSeconds": clock() - cpu}
        answer["distances"] = -1 if distances is None else distances
        answer["allocatedBytes"] = -1
        if request.get("out"):
            found.astype("<i4").tofile(request["out"])
        return answer


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    peer = {"hnswlib": Hnswlib, "faiss": Faiss}[sys.argv[1]](json.loads(sys.argv[2]))
    server = Server(peer)
    for line in sys.stdin:
        try:
            answer = server.serve(json.loads(line))
            answer["ok"] = True
        except Exception as e:  # whatever it is, the benchmark is to hear it
            import traceback

            traceback.print_exc()
            answer = {"error": "%s: %s" % (type(e).__name__, e)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
