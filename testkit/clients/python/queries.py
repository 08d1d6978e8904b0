"""Every kind of query, asked of a running server and of the client's own local mode: the same points, the same scores.

Local mode (QdrantClient(":memory:")) is a second implementation of Qdrant's queries, in NumPy, by Qdrant's own people.
Where local mode is known to differ from the server it is asked another way, or not at all:

- It does not hand the root's filter down to prefetches, nor does it leave the ids that a query names out of them. So
  queries over prefetches name no ids here, and local mode gets the filter in each prefetch.
- Relevance feedback over Euclid and Manhattan is sorted the wrong way round, and its ids are not looked up elsewhere.
- A score_threshold of best_score, sum_scores, discover, context and feedback over Euclid and Manhattan is compared as
  if the score were a distance (Qdrant's server does that too); Quiver keeps what scores better, as everywhere.
- Multivectors: every point needs one; average_vector puts the rows of examples together only on the server, and feedback is not there; local
  mode is not asked for these.
- MMR in a prefetch picks; Qdrant's server answers with the nearest candidates there. Quiver picks.
"""

import random

from qdrant_client import QdrantClient, models

DISTANCES = [models.Distance.COSINE, models.Distance.DOT, models.Distance.EUCLID, models.Distance.MANHATTAN]
COLLECTION = "tour-queries"
ELSEWHERE = "tour-queries-elsewhere"
POINTS = 120
TOLERANCE = 1e-4


def vector(rng, dimension):
    return [rng.gauss(0, 1) for _ in range(dimension)]


def rows(rng, count=None):
    return [vector(rng, 6) for _ in range(count or rng.randint(1, 4))]


def payload(rng, n):
    result = {"n": n, "kind": rng.choice(["红", "blue", "green"])}
    if n % 3:
        result["price"] = round(rng.uniform(0, 100), 2)
    result["place"] = {"lon": round(rng.uniform(-20, 20), 3), "lat": round(rng.uniform(-20, 20), 3)}
    result["when"] = f"2024-{1 + n % 12:02}-{1 + n % 28:02}T08:30:00Z"
    return result


def fill(client, distance):
    """The same points wherever it is called."""
    rng = random.Random(5)
    of_rows = random.Random(6)
    for name in (COLLECTION, ELSEWHERE):
        if client.collection_exists(name):
            client.delete_collection(name)
        client.create_collection(
            name,
            vectors_config={
                "a": models.VectorParams(size=6, distance=distance),
                "b": models.VectorParams(size=6, distance=models.Distance.DOT),
                "m": models.VectorParams(
                    size=6,
                    distance=distance,
                    multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
                ),
            },
        )
        points = [
            models.PointStruct(
                id=n,
                vector={"a": vector(rng, 6), "b": vector(rng, 6), "m": rows(of_rows)},
                payload=payload(rng, n),
            )
            for n in range(1, POINTS + 1)
        ]
        client.upsert(name, points=points, wait=True)
        client.create_payload_index(name, "n", models.PayloadSchemaType.INTEGER, wait=True)


def same(query, local, server):
    """Same scores place by place, and the same ids but where scores are as good as equal."""
    assert len(local) == len(server), f"{query}: {len(server)} points (expected: {len(local)})"
    place = 0
    while place < len(local):
        end = place
        while end < len(local) and close(local[end].score, local[place].score):
            end += 1
        for i in range(place, end):
            assert close(local[i].score, server[i].score), f"{query}, place {i}: {server[i]} (expected: {local[i]})"
        if end < len(local) or len(local) < 3:
            mine, theirs = ({p.id for p in side[place:end]} for side in (server, local))
            assert mine == theirs, f"{query}, places {place} to {end}: {mine} (expected: {theirs})"
        place = end


def close(a, b):
    return abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b))


def condition(key, **ranges):
    return models.FieldCondition(key=key, range=models.Range(**ranges))


def vector_queries(rng, named=lambda n: n):
    """Named queries; the points among their examples are given as `named` says."""
    v = [vector(rng, 6) for _ in range(4)]
    p = [named(n) for n in range(10)]
    average, best, total = models.RecommendStrategy
    pairs = [models.ContextPair(positive=p[3], negative=p[4]), models.ContextPair(positive=v[0], negative=v[1])]
    yield "nearest", models.NearestQuery(nearest=v[0])
    yield "nearest to a point", models.NearestQuery(nearest=p[7])
    yield "average_vector", recommend([p[1], p[2], v[0]], [p[3]], average)
    yield "average_vector of positives", recommend([p[1], p[2]], None, None)
    yield "best_score", recommend([p[1], p[2]], [p[3], v[1]], best)
    yield "best_score of negatives", recommend(None, [p[3], p[4]], best)
    yield "sum_scores", recommend([p[1], v[2]], [p[3], p[5]], total)
    yield "discover", models.DiscoverQuery(discover=models.DiscoverInput(target=p[9], context=pairs))
    yield "discover without context", models.DiscoverQuery(discover=models.DiscoverInput(target=v[3], context=[]))
    yield "context", models.ContextQuery(context=pairs)
    yield "relevance feedback", models.RelevanceFeedbackQuery(
        relevance_feedback=models.RelevanceFeedbackInput(
            target=v[0],
            feedback=[
                models.FeedbackItem(example=p[1], score=0.9),
                models.FeedbackItem(example=v[1], score=0.4),
                models.FeedbackItem(example=p[3], score=0.1),
            ],
            strategy=models.NaiveFeedbackStrategy(naive=models.NaiveFeedbackStrategyParams(a=0.7, b=1.3, c=0.2)),
        )
    )


def recommend(positive, negative, strategy):
    return models.RecommendQuery(
        recommend=models.RecommendInput(positive=positive, negative=negative, strategy=strategy)
    )


def mmr(vector, diversity, candidates):
    return models.NearestQuery(nearest=vector, mmr=models.Mmr(diversity=diversity, candidates_limit=candidates))


def prefetches(rng, only=None):
    """Three lists of points; with `only`, of points that it accepts."""
    best = recommend([vector(rng, 6)], [vector(rng, 6)], models.RecommendStrategy.BEST_SCORE)
    later = models.Filter(must=[condition("n", gt=40), *([only] if only else [])])
    return [
        models.Prefetch(query=vector(rng, 6), using="b", limit=25, filter=only),
        models.Prefetch(query=best, using="b", limit=20, filter=only),
        models.Prefetch(query=vector(rng, 6), using="b", limit=15, filter=later),
    ]


FORMULAS = {
    "score": "$score",
    "scores of prefetches": {"sum": ["$score[0]", {"mult": [2.0, "$score[1]"]}]},
    "payload with a default": {"sum": ["$score", {"mult": [0.1, "price"]}]},
    "condition": {"sum": ["$score", {"mult": [0.5, {"key": "kind", "match": {"value": "红"}}]}]},
    "geo": {"gauss_decay": {"x": {"geo_distance": {"origin": {"lon": 1.0, "lat": 2.0}, "to": "place"}}, "scale": 900000.0}},
    "times": {
        "exp_decay": {
            "x": {"datetime_key": "when"},
            "target": {"datetime": "2024-06-15T00:00:00Z"},
            "scale": 8640000.0,
            "midpoint": 0.4,
        }
    },
    "linear decay": {"lin_decay": {"x": "n", "target": 60.0, "scale": 50.0, "midpoint": 0.25}},
    "arithmetic": {
        "div": {
            "left": {"abs": {"neg": "$score"}},
            "right": {"sum": [1.0, {"sqrt": "n"}, {"log10": "n"}, {"ln": "n"}]},
            "by_zero_default": 0.0,
        }
    },
    "powers": {"sum": [{"pow": {"base": {"mult": ["n", 0.01]}, "exponent": 1.5}}, {"exp": {"mult": ["n", -0.1]}}]},
}


def steps(step):
    local = QdrantClient(":memory:")

    def over_all(run):
        """The step for each distance, on freshly filled collections."""

        def body(server, ctx):
            for number, distance in enumerate(DISTANCES):
                fill(server, distance)
                fill(local, distance)

                def ask(name, locally=None, **query):
                    """Asks both the same; `locally` is what local mode is asked instead."""
                    if name.startswith("relevance") and distance in DISTANCES[2:]:
                        turned = {**query, "limit": POINTS, "offset": 0}
                        all_points = local.query_points(COLLECTION, **turned).points[::-1]
                        start = query.get("offset", 0)
                        expected = all_points[start : start + query.get("limit", 10)]
                    else:
                        expected = local.query_points(COLLECTION, **(locally or query)).points
                    same(f"{distance}, {name}", expected, server.query_points(COLLECTION, **query).points)

                run(ask, random.Random(number))

        return body

    @step("queries by vectors, as local mode answers them")
    @over_all
    def _(ask, rng):
        for name, query in vector_queries(rng):
            ask(name, query=query, using="a", limit=30)
            ask(name + ", offset", query=query, using="a", limit=5, offset=7)
            ask(name + ", filter", query=query, using="a", query_filter=models.Filter(must=[condition("n", lte=60)]))

    @step("queries over prefetches, as local mode answers them")
    @over_all
    def _(ask, rng):
        for name, query in vector_queries(rng, lambda _: vector(rng, 6)):
            ask(name, query=query, using="a", prefetch=prefetches(rng), limit=30)

    @step("queries of multivectors, as local mode answers them")
    @over_all
    def _(ask, rng):
        p = list(range(1, 40))
        best, total = models.RecommendStrategy.BEST_SCORE, models.RecommendStrategy.SUM_SCORES
        pairs = [models.ContextPair(positive=p[3], negative=p[4]), models.ContextPair(positive=rows(rng), negative=rows(rng))]
        queries = {
            "nearest": models.NearestQuery(nearest=rows(rng, 3)),
            "nearest to one row": models.NearestQuery(nearest=rows(rng, 1)),
            "nearest to a point": models.NearestQuery(nearest=p[7]),
            "best_score": recommend([p[1], p[2]], [p[5], rows(rng)], best),
            "sum_scores": recommend([p[1], rows(rng)], [p[5]], total),
            "discover": models.DiscoverQuery(discover=models.DiscoverInput(target=p[9], context=pairs)),
            "context": models.ContextQuery(context=pairs),
        }
        for name, query in queries.items():
            ask("rows, " + name, query=query, using="m", limit=30)
            ask("rows, " + name + ", filter", query=query, using="m", query_filter=models.Filter(must=[condition("n", lte=60)]))
        late = models.NearestQuery(nearest=rows(rng, 4))
        ask("late interaction", query=late, using="m", prefetch=prefetches(rng), limit=20)
        ask("rows elsewhere", query=queries["nearest to a point"], using="m", limit=20,
            lookup_from=models.LookupLocation(collection=ELSEWHERE, vector="m"))

    @step("MMR, as local mode answers it")
    @over_all
    def _(ask, rng):
        for diversity in (0.0, 0.3, 0.5, 0.9, 1.0):
            ask(f"mmr {diversity}", query=mmr(vector(rng, 6), diversity, 40), using="a", limit=10)
            ask(f"mmr {diversity} of a point", query=mmr(8, diversity, None), using="a", limit=10)

    @step("fusions, as local mode answers them")
    @over_all
    def _(ask, rng):
        fusions = {
            "rrf": models.FusionQuery(fusion=models.Fusion.RRF),
            "dbsf": models.FusionQuery(fusion=models.Fusion.DBSF),
            "rrf with k": models.RrfQuery(rrf=models.Rrf(k=60)),
            "rrf with weights": models.RrfQuery(rrf=models.Rrf(weights=[3.0, 1.0, 0.5])),
        }
        for name, query in fusions.items():
            ask(name, query=query, prefetch=prefetches(rng), limit=30)
            ask(name + ", threshold", query=query, prefetch=prefetches(rng), limit=30, score_threshold=0.1)
        nested = models.Prefetch(prefetch=prefetches(rng), query=fusions["rrf"], limit=12)
        ask("nested", query=fusions["dbsf"], prefetch=[nested, *prefetches(rng)], limit=30)
        only = models.Filter(must=[condition("n", gt=70)])
        down = [
            models.Prefetch(prefetch=prefetches(random.Random(1), f), query=fusions["rrf"], limit=30) for f in (None, only)
        ]
        ask(
            "a filter goes down",
            query=fusions["dbsf"],
            prefetch=[down[0]],
            query_filter=only,
            limit=30,
            locally={"query": fusions["dbsf"], "prefetch": [down[1]], "limit": 30},
        )

    @step("formulas, as local mode answers them")
    @over_all
    def _(ask, rng):
        for name, formula in FORMULAS.items():
            query = models.FormulaQuery(formula=formula, defaults={"price": 3.5, "$score[1]": 0.25})
            ask(name, query=query, prefetch=prefetches(rng), limit=30)
            ask(name + ", threshold", query=query, prefetch=prefetches(rng), limit=30, score_threshold=0.5)

    @step("order_by, no query, look-ups elsewhere, as local mode answers them")
    @over_all
    def _(ask, rng):
        for direction in (models.Direction.ASC, models.Direction.DESC):
            query = models.OrderByQuery(order_by=models.OrderBy(key="n", direction=direction))
            ask(f"order_by {direction}", query=query, limit=7, offset=2)
            ask(f"order_by {direction} of prefetches", query=query, prefetch=prefetches(rng), limit=9)
        ask("no query", limit=4, offset=3)
        there = models.LookupLocation(collection=ELSEWHERE, vector="b")
        for name, query in vector_queries(rng):
            if not name.startswith("relevance"):
                ask(name + " elsewhere", query=query, using="a", limit=20, lookup_from=there)

    @step("a batch of queries")
    def _(server, ctx):
        rng = random.Random(3)
        requests = [
            models.QueryRequest(query=query, using="a", limit=9) for _, query in vector_queries(rng)
        ]
        fill(server, models.Distance.COSINE)
        fill(local, models.Distance.COSINE)
        answers = [c.query_batch_points(COLLECTION, requests=requests) for c in (local, server)]
        for i, (expected, actual) in enumerate(zip(*answers, strict=True)):
            same(f"batch, query {i}", expected.points, actual.points)

    @step("a sample is of different points")
    def _(server, ctx):
        sample = models.SampleQuery(sample=models.Sample.RANDOM)
        only = models.Filter(must=[condition("n", lte=30)])
        points = server.query_points(COLLECTION, query=sample, query_filter=only, limit=20).points
        assert len({p.id for p in points}) == 20 and all(p.id <= 30 and p.score == 1 for p in points), points

    @step("thresholds of custom scores and MMR in a prefetch, where others differ")
    def _(server, ctx):
        rng = random.Random(4)
        fill(server, models.Distance.EUCLID)
        fill(local, models.Distance.EUCLID)
        for name, query in vector_queries(rng):
            if name.startswith(("best", "sum", "discover", "context", "relevance")):
                every = server.query_points(COLLECTION, query=query, using="a", limit=50).points
                least = every[20].score
                kept = server.query_points(COLLECTION, query=query, using="a", limit=50, score_threshold=least).points
                same(name, [p for p in every if p.score > least], kept)
        query = mmr(vector(rng, 6), 0.8, 40)
        inner = models.Prefetch(query=query, using="a", limit=8)
        picks = local.query_points(COLLECTION, query=query, using="a", limit=8).points
        found = server.query_points(COLLECTION, query=models.FusionQuery(fusion=models.Fusion.RRF), prefetch=[inner], limit=8)
        assert [p.id for p in picks] == [p.id for p in found.points], (picks, found.points)
