"""The daily things, done with the unmodified qdrant-client against a running server.

Usage: tour.py HOST HTTP_PORT GRPC_PORT rest|grpc [API_KEY]

Prints a line for each step and ends with "N steps passed"; the first failing step ends it with exit code 1.
"""

import hashlib
import sys
import time
import traceback
import urllib.request
import uuid

import queries
import service
from qdrant_client import QdrantClient, models

STEPS = []
COLLECTION = "tour-python"
NAMED = "tour-python-named"
TEXTS = "tour-python-texts"
SPARSE = "tour-python-sparse"
RECOVERED = "tour-python-recovered"
SERVER = {}
BIG_ID = 2**64 - 1
UUID_ID = "c0ffee00-0000-4000-8000-00000000cafe"


def step(name):
    def register(function):
        STEPS.append((name, function))
        return function

    return register


def check(actual, expected, what="value"):
    assert actual == expected, f"{what}: {actual!r} (expected: {expected!r})"


def expect_error(function, *needles):
    try:
        function()
    except Exception as error:  # the client has one exception type per transport
        content = getattr(error, "content", None)  # the answer itself, where str() would quote it
        text = content.decode("utf-8") if isinstance(content, bytes) else str(error)
        for needle in needles:
            assert needle in text, f"error text: {text!r} (expected to contain: {needle!r})"
        return
    raise AssertionError(f"no error (expected one with: {needles!r})")


def ids(points):
    return [point.id for point in points]


@step("version and health")
def _(c, _ctx):
    info = c.info()
    assert info.version.startswith("1.19"), info.version


@step("start from nothing")
def _(c, _ctx):
    for name in (COLLECTION, NAMED, TEXTS, "tour-python-alias"):
        c.delete_collection(name)


@step("create, exists, list, get")
def _(c, _ctx):
    check(c.collection_exists(COLLECTION), False)
    assert c.create_collection(
        COLLECTION,
        vectors_config=models.VectorParams(size=4, distance=models.Distance.COSINE),
        hnsw_config=models.HnswConfigDiff(m=24, ef_construct=120),
        metadata={"owner": "旅行", "n": 1},
    )
    check(c.collection_exists(COLLECTION), True)
    assert COLLECTION in [x.name for x in c.get_collections().collections]
    info = c.get_collection(COLLECTION)
    check(info.points_count, 0)
    check(info.config.params.vectors.size, 4)
    check(info.config.params.vectors.distance, models.Distance.COSINE)
    check(info.config.hnsw_config.m, 24)
    check(info.config.metadata, {"owner": "旅行", "n": 1})


@step("creating it again is refused")
def _(c, _ctx):
    expect_error(
        lambda: c.create_collection(
            COLLECTION,
            vectors_config=models.VectorParams(size=4, distance=models.Distance.COSINE),
        ),
        f"Collection `{COLLECTION}` already exists!",
    )


@step("a missing collection is not found")
def _(c, _ctx):
    expect_error(lambda: c.get_collection("no-such"), "Collection `no-such` doesn't exist!")


@step("upsert with number, big and UUID ids, Chinese payload")
def _(c, _ctx):
    result = c.upsert(
        COLLECTION,
        wait=True,
        points=[
            models.PointStruct(id=1, vector=[1, 0, 0, 0], payload={"city": "北京", "n": 1, "tags": ["a", "b"], "price": 9.5}),
            models.PointStruct(id=2, vector=[0.9, 0.1, 0, 0], payload={"city": "Berlin", "n": 2, "tags": ["b"], "price": 1.0}),
            models.PointStruct(id=3, vector=[0, 1, 0, 0], payload={"city": "Berlin", "n": 3, "nested": [{"x": 1, "y": "p"}, {"x": 2, "y": "q"}]}),
            models.PointStruct(id=4, vector=[0, 0, 2, 0], payload={"city": "Paris", "n": 4, "when": "2024-05-01T12:00:00Z", "empty": None}),
            models.PointStruct(id=BIG_ID, vector=[0, 0, 0, 1], payload={"city": "Rome", "n": 5, "geo": {"lon": 12.49, "lat": 41.89}}),
            models.PointStruct(id=UUID_ID, vector=[0, 0, 0.5, 0.5], payload={}),
        ],
    )
    check(result.status, models.UpdateStatus.COMPLETED)
    check(c.count(COLLECTION).count, 6)


@step("upsert as a batch of columns")
def _(c, _ctx):
    c.upsert(
        COLLECTION,
        wait=True,
        points=models.Batch(
            ids=[10, 11], vectors=[[0.5, 0.5, 0, 0], [0.1, 0.2, 0.3, 0.4]], payloads=[{"n": 10}, {}]
        ),
    )
    check(c.count(COLLECTION).count, 8)


@step("retrieve with payload and vectors, normalised for cosine")
def _(c, _ctx):
    records = c.retrieve(COLLECTION, ids=[4, BIG_ID, UUID_ID, 999], with_vectors=True)
    check({r.id for r in records}, {4, BIG_ID, UUID_ID})
    four = next(r for r in records if r.id == 4)
    check([round(x, 5) for x in four.vector], [0, 0, 1, 0])
    check(four.payload, {"city": "Paris", "n": 4, "when": "2024-05-01T12:00:00Z", "empty": None})


@step("a wrong dimension is refused and nothing is written")
def _(c, _ctx):
    expect_error(
        lambda: c.upsert(COLLECTION, wait=True, points=[models.PointStruct(id=50, vector=[1, 2, 3])]),
        "Vector dimension error: expected dim: 4, got 3",
    )
    check(c.count(COLLECTION).count, 8)


@step("query by vector")
def _(c, _ctx):
    hits = c.query_points(COLLECTION, query=[1, 0, 0, 0], limit=3, with_payload=True).points
    check(ids(hits), [1, 2, 10])
    assert abs(hits[0].score - 1.0) < 1e-5, hits[0].score
    check(hits[0].payload["city"], "北京")


@step("query by id leaves the point itself out")
def _(c, _ctx):
    check(ids(c.query_points(COLLECTION, query=1, limit=2).points), [2, 10])
    expect_error(lambda: c.query_points(COLLECTION, query=777, limit=2), "No point with id 777 found")


@step("score threshold, offset, exact, ef")
def _(c, _ctx):
    hits = c.query_points(
        COLLECTION,
        query=[1, 0, 0, 0],
        score_threshold=0.9,
        limit=10,
        search_params=models.SearchParams(hnsw_ef=64, exact=True),
    ).points
    check(ids(hits), [1, 2])
    check(ids(c.query_points(COLLECTION, query=[1, 0, 0, 0], limit=1, offset=1).points), [2])


FILTERS = [
    ("match keyword", models.Filter(must=[models.FieldCondition(key="city", match=models.MatchValue(value="Berlin"))]), {2, 3}),
    ("match Chinese", models.Filter(must=[models.FieldCondition(key="city", match=models.MatchValue(value="北京"))]), {1}),
    ("match integer", models.Filter(must=[models.FieldCondition(key="n", match=models.MatchValue(value=3))]), {3}),
    ("match any", models.Filter(must=[models.FieldCondition(key="city", match=models.MatchAny(any=["Rome", "Paris"]))]), {4, BIG_ID}),
    ("match except", models.Filter(must=[models.FieldCondition(key="city", match=models.MatchExcept(**{"except": ["Berlin"]}))]), {1, 4, BIG_ID}),
    ("match text", models.Filter(must=[models.FieldCondition(key="city", match=models.MatchText(text="erl"))]), {2, 3}),
    ("range", models.Filter(must=[models.FieldCondition(key="n", range=models.Range(gt=2, lte=5))]), {3, 4, BIG_ID}),
    ("datetime range", models.Filter(must=[models.FieldCondition(key="when", range=models.DatetimeRange(gte="2024-05-01T00:00:00Z", lt="2024-05-02T00:00:00Z"))]), {4}),
    ("geo radius", models.Filter(must=[models.FieldCondition(key="geo", geo_radius=models.GeoRadius(center=models.GeoPoint(lon=12.5, lat=41.9), radius=5000))]), {BIG_ID}),
    ("geo box", models.Filter(must=[models.FieldCondition(key="geo", geo_bounding_box=models.GeoBoundingBox(top_left=models.GeoPoint(lon=12, lat=42), bottom_right=models.GeoPoint(lon=13, lat=41)))]), {BIG_ID}),
    ("geo polygon", models.Filter(must=[models.FieldCondition(key="geo", geo_polygon=models.GeoPolygon(exterior=models.GeoLineString(points=[models.GeoPoint(lon=12, lat=41), models.GeoPoint(lon=13, lat=41), models.GeoPoint(lon=13, lat=42), models.GeoPoint(lon=12, lat=42), models.GeoPoint(lon=12, lat=41)])))]), {BIG_ID}),
    ("values count", models.Filter(must=[models.FieldCondition(key="tags", values_count=models.ValuesCount(gte=2))]), {1}),
    ("is empty", models.Filter(must=[models.IsEmptyCondition(is_empty=models.PayloadField(key="city"))]), {10, 11, UUID_ID}),
    ("is null", models.Filter(must=[models.IsNullCondition(is_null=models.PayloadField(key="empty"))]), {4}),
    ("has id", models.Filter(must=[models.HasIdCondition(has_id=[1, UUID_ID, 4242])]), {1, UUID_ID}),
    ("has vector", models.Filter(must=[models.HasVectorCondition(has_vector="")], must_not=[models.HasIdCondition(has_id=[1, 2, 3, 4])]), {10, 11, BIG_ID, UUID_ID}),
    ("nested", models.Filter(must=[models.NestedCondition(nested=models.Nested(key="nested", filter=models.Filter(must=[models.FieldCondition(key="x", match=models.MatchValue(value=1)), models.FieldCondition(key="y", match=models.MatchValue(value="p"))])))]), {3}),
    ("array element path", models.Filter(must=[models.FieldCondition(key="nested[].x", match=models.MatchValue(value=2))]), {3}),
    ("should and must not", models.Filter(should=[models.FieldCondition(key="n", match=models.MatchValue(value=1)), models.FieldCondition(key="n", match=models.MatchValue(value=2))], must_not=[models.FieldCondition(key="tags", match=models.MatchValue(value="a"))]), {2}),
    ("min should", models.Filter(min_should=models.MinShould(conditions=[models.FieldCondition(key="n", range=models.Range(gte=2)), models.FieldCondition(key="city", match=models.MatchValue(value="Berlin")), models.FieldCondition(key="tags", match=models.MatchValue(value="b"))], min_count=2)), {2, 3}),
]


@step("every kind of filter in scroll, count and query")
def _(c, _ctx):
    for name, flt, expected in FILTERS:
        points, following = c.scroll(COLLECTION, scroll_filter=flt, limit=100)
        check(set(ids(points)), expected, f"scroll, {name}")
        check(following, None, f"next page, {name}")
        check(c.count(COLLECTION, count_filter=flt).count, len(expected), f"count, {name}")
        hits = c.query_points(COLLECTION, query=[1, 1, 1, 1], query_filter=flt, limit=100).points
        check(set(ids(hits)), expected, f"query, {name}")


@step("scroll in pages, numbers before UUIDs")
def _(c, _ctx):
    seen, offset = [], None
    while True:
        points, offset = c.scroll(COLLECTION, limit=3, offset=offset)
        seen += ids(points)
        if offset is None:
            break
    check(seen, [1, 2, 3, 4, 10, 11, BIG_ID, UUID_ID])


@step("payload indexes and order by")
def _(c, _ctx):
    expect_error(lambda: c.scroll(COLLECTION, order_by="n"), "range index")
    c.create_payload_index(COLLECTION, "n", models.PayloadSchemaType.INTEGER, wait=True)
    c.create_payload_index(COLLECTION, "city", models.KeywordIndexParams(type="keyword", is_tenant=True), wait=True)
    schema = c.get_collection(COLLECTION).payload_schema
    check(schema["n"].data_type, models.PayloadSchemaType.INTEGER)
    check(schema["n"].points, 6)
    points, _next = c.scroll(COLLECTION, order_by=models.OrderBy(key="n", direction="desc", start_from=4), limit=3)
    check(ids(points), [4, 3, 2])
    c.delete_payload_index(COLLECTION, "city", wait=True)
    assert "city" not in c.get_collection(COLLECTION).payload_schema


@step("with_payload and with_vectors selections")
def _(c, _ctx):
    record = c.retrieve(COLLECTION, ids=[1], with_payload=["city"])[0]
    check(record.payload, {"city": "北京"})
    record = c.retrieve(COLLECTION, ids=[1], with_payload=models.PayloadSelectorExclude(exclude=["city", "tags"]))[0]
    check(record.payload, {"n": 1, "price": 9.5})
    record = c.retrieve(COLLECTION, ids=[1], with_payload=False)[0]
    check(record.payload or None, None)


@step("set, overwrite, delete and clear payload")
def _(c, _ctx):
    c.set_payload(COLLECTION, payload={"extra": {"deep": True}}, points=[1], wait=True)
    c.set_payload(COLLECTION, payload={"more": 1}, points=[1], key="extra", wait=True)
    check(c.retrieve(COLLECTION, [1])[0].payload["extra"], {"deep": True, "more": 1})
    c.delete_payload(COLLECTION, keys=["extra.deep", "tags"], points=[1], wait=True)
    payload = c.retrieve(COLLECTION, [1])[0].payload
    check(payload["extra"], {"more": 1})
    assert "tags" not in payload
    c.overwrite_payload(COLLECTION, payload={"only": "this"}, points=[1], wait=True)
    check(c.retrieve(COLLECTION, [1])[0].payload, {"only": "this"})
    c.clear_payload(COLLECTION, points_selector=[1], wait=True)
    check(c.retrieve(COLLECTION, [1])[0].payload, {})
    c.set_payload(
        COLLECTION,
        payload={"flag": True},
        points=models.Filter(must=[models.FieldCondition(key="city", match=models.MatchValue(value="Berlin"))]),
        wait=True,
    )
    check(c.count(COLLECTION, count_filter=models.Filter(must=[models.FieldCondition(key="flag", match=models.MatchValue(value=True))])).count, 2)


@step("batch update runs in order")
def _(c, _ctx):
    results = c.batch_update_points(
        COLLECTION,
        wait=True,
        update_operations=[
            models.UpsertOperation(upsert=models.PointsList(points=[models.PointStruct(id=100, vector=[1, 1, 0, 0], payload={"v": 1})])),
            models.SetPayloadOperation(set_payload=models.SetPayload(payload={"w": 2}, points=[100])),
            models.DeletePayloadOperation(delete_payload=models.DeletePayload(keys=["v"], points=[100])),
            models.UpdateVectorsOperation(update_vectors=models.UpdateVectors(points=[models.PointVectors(id=100, vector=[0, 0, 0, 3])])),
        ],
    )
    check(len(results), 4)
    record = c.retrieve(COLLECTION, [100], with_vectors=True)[0]
    check(record.payload, {"w": 2})
    check([round(x, 5) for x in record.vector], [0, 0, 0, 1])


@step("named vectors, each with its own distance and datatype")
def _(c, _ctx):
    c.create_collection(
        NAMED,
        vectors_config={
            "image": models.VectorParams(size=2, distance=models.Distance.EUCLID),
            "text": models.VectorParams(size=3, distance=models.Distance.DOT, datatype=models.Datatype.FLOAT16),
            "bytes": models.VectorParams(size=2, distance=models.Distance.MANHATTAN, datatype=models.Datatype.UINT8),
        },
    )
    c.upsert(
        NAMED,
        wait=True,
        points=[
            models.PointStruct(id=1, vector={"image": [0, 0], "text": [1, 2, 3]}),
            models.PointStruct(id=2, vector={"image": [3, 4], "bytes": [7, 250]}),
            models.PointStruct(id=3, vector={"text": [3, 2, 1], "bytes": [0, 0]}),
        ],
    )
    hits = c.query_points(NAMED, query=[0, 0], using="image", limit=10).points
    check([(p.id, p.score) for p in hits], [(1, 0.0), (2, 5.0)])
    hits = c.query_points(NAMED, query=[1, 0, 0], using="text", limit=10).points
    check([(p.id, p.score) for p in hits], [(3, 3.0), (1, 1.0)])
    hits = c.query_points(NAMED, query=[0, 0], using="bytes", limit=10, with_vectors=["bytes"]).points
    check([(p.id, p.score) for p in hits], [(3, 0.0), (2, 257.0)])
    check(hits[1].vector, {"bytes": [7.0, 250.0]})
    check(c.count(NAMED, count_filter=models.Filter(must=[models.HasVectorCondition(has_vector="bytes")])).count, 2)
    c.update_vectors(NAMED, points=[models.PointVectors(id=1, vector={"bytes": [1, 1]})], wait=True)
    check(c.count(NAMED, count_filter=models.Filter(must=[models.HasVectorCondition(has_vector="bytes")])).count, 3)
    c.delete_vectors(NAMED, vectors=["bytes"], points=[1], wait=True)
    check(c.count(NAMED, count_filter=models.Filter(must=[models.HasVectorCondition(has_vector="bytes")])).count, 2)
    expect_error(lambda: c.query_points(NAMED, query=[0, 0], using="nope"), "Not existing vector name error: nope")


@step("query batch")
def _(c, _ctx):
    answers = c.query_batch_points(
        COLLECTION,
        requests=[
            models.QueryRequest(query=[1.0, 0, 0, 0], limit=1),
            models.QueryRequest(query=[0, 1.0, 0, 0], limit=1, with_payload=True),
        ],
    )
    check([ids(a.points) for a in answers], [[1], [3]])


@step("text in, search out: documents embedded by the server")
def _(c, _ctx):
    model = "sentence-transformers/all-MiniLM-L6-v2"
    c.create_collection(TEXTS, vectors_config=models.VectorParams(size=384, distance=models.Distance.COSINE))
    texts = ["A small boat is moved by oars.", "The bank raised its interest rate.", "Cats like to sleep in the sun."]
    c.upsert(
        TEXTS,
        wait=True,
        points=[
            models.PointStruct(id=i, vector=models.Document(text=text, model=model), payload={"text": text})
            for i, text in enumerate(texts)
        ],
    )
    hits = c.query_points(TEXTS, query=models.Document(text="rowing a dinghy", model=model), limit=3, with_payload=True).points
    check(hits[0].id, 0)
    hits = c.query_points(TEXTS, query=models.Document(text="monetary policy", model=model), limit=1).points
    check(hits[0].id, 1)
    expect_error(
        lambda: c.query_points(TEXTS, query=models.Document(text="x", model="no/such-model"), limit=1),
        "no/such-model",
        "all-MiniLM-L6-v2",
    )


@step("aliases")
def _(c, _ctx):
    c.update_collection_aliases(
        [models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=COLLECTION, alias_name="tour-python-alias"))]
    )
    check(c.count("tour-python-alias").count, c.count(COLLECTION).count)
    check([a.alias_name for a in c.get_collection_aliases(COLLECTION).aliases], ["tour-python-alias"])
    assert "tour-python-alias" in [a.alias_name for a in c.get_aliases().aliases]
    c.update_collection_aliases(
        [
            models.RenameAliasOperation(rename_alias=models.RenameAlias(old_alias_name="tour-python-alias", new_alias_name="tour-python-alias2")),
            models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name="tour-python-alias2")),
        ]
    )
    check(c.get_collection_aliases(COLLECTION).aliases, [])


@step("update a collection")
def _(c, _ctx):
    assert c.update_collection(COLLECTION, optimizers_config=models.OptimizersConfigDiff(indexing_threshold=5000), metadata={"n": 2})
    info = c.get_collection(COLLECTION)
    check(info.config.optimizer_config.indexing_threshold, 5000)
    check(info.config.metadata, {"owner": "旅行", "n": 2})


@step("delete by ids and by filter")
def _(c, _ctx):
    before = c.count(COLLECTION).count
    c.delete(COLLECTION, points_selector=[1, UUID_ID, 12345], wait=True)
    check(c.count(COLLECTION).count, before - 2)
    c.delete(COLLECTION, points_selector=models.Filter(must=[models.FieldCondition(key="city", match=models.MatchValue(value="Berlin"))]), wait=True)
    check(c.count(COLLECTION).count, before - 4)


@step("many points through the uploading helper, and the walk over the graph")
def _(c, _ctx):
    name = "tour-python-many"
    c.delete_collection(name)
    c.create_collection(name, vectors_config=models.VectorParams(size=8, distance=models.Distance.EUCLID))
    c.upload_points(
        name,
        points=[
            models.PointStruct(id=str(uuid.uuid5(uuid.NAMESPACE_OID, str(i))), vector=[float((i * p) % 97) for p in (1, 3, 5, 7, 11, 13, 17, 19)], payload={"i": i})
            for i in range(3000)
        ],
        batch_size=256,
        wait=True,
    )
    check(c.count(name).count, 3000)
    hits = c.query_points(name, query=[float((42 * p) % 97) for p in (1, 3, 5, 7, 11, 13, 17, 19)], limit=5, with_payload=True).points
    assert hits[0].score == 0.0 and hits[0].payload["i"] % 97 == 42, hits[0]
    c.delete_collection(name)


@step("groups with a lookup, facets, the distance matrix")
def _(c, _ctx):
    name = "tour-python-groups"
    for collection in (name, name + "-docs"):
        c.delete_collection(collection)
        c.create_collection(collection, vectors_config=models.VectorParams(size=1, distance=models.Distance.EUCLID))
    payloads = [{"doc": 7, "tag": ["東京", "x"]}, {"doc": 7, "tag": "東京"}, {"doc": 8, "tag": ["x", "x"]}, {"doc": "nine"}, {}]
    c.upsert(name, points=[models.PointStruct(id=i, vector=[float(i)], payload=p) for i, p in enumerate(payloads, 1)], wait=True)
    c.upsert(name + "-docs", points=[models.PointStruct(id=7, vector=[1.0], payload={"title": "seven"})], wait=True)
    groups = c.query_points_groups(name, group_by="doc", query=[0.0], group_size=2, with_lookup=name + "-docs").groups
    check([(g.id, ids(g.hits)) for g in groups], [(7, [1, 2]), (8, [3]), ("nine", [4])])
    check(groups[0].lookup.payload, {"title": "seven"})
    check(groups[1].lookup, None)
    groups = c.query_points_groups(name, group_by="tag", query=[9.0], limit=1, with_payload=False).groups
    check([(g.id, ids(g.hits)) for g in groups], [("x", [3, 1])])
    expect_error(lambda: c.facet(name, key="tag"), "No appropriate index for faceting: `tag`")
    c.create_payload_index(name, field_name="tag", field_schema=models.PayloadSchemaType.KEYWORD, wait=True)
    check([(h.value, h.count) for h in c.facet(name, key="tag", exact=True).hits], [("x", 2), ("東京", 2)])
    below = models.Filter(must=[models.HasIdCondition(has_id=[2, 3, 5])])
    check([(h.value, h.count) for h in c.facet(name, key="tag", facet_filter=below).hits], [("x", 1), ("東京", 1)])
    pairs = c.search_matrix_pairs(name, query_filter=below, limit=1).pairs
    check([(p.a, p.b, p.score) for p in pairs], [(2, 3, 1.0), (3, 2, 1.0), (5, 3, 2.0)])
    offsets = c.search_matrix_offsets(name, query_filter=below, limit=1)
    check((offsets.offsets_row, offsets.offsets_col, offsets.scores, offsets.ids), ([0, 1, 2], [1, 0, 1], [1.0, 1.0, 2.0], [2, 3, 5]))
    for collection in (name, name + "-docs"):
        c.delete_collection(collection)


@step("updates on conditions")
def _(c, _ctx):
    name = "tour-python-conditions"
    c.delete_collection(name)
    c.create_collection(name, vectors_config=models.VectorParams(size=1, distance=models.Distance.DOT))

    def point(id, version):
        return models.PointStruct(id=id, vector=[float(version)], payload={"version": version})

    def versions():
        return [p.payload["version"] for p in c.scroll(name)[0]]

    older = models.Filter(must=[models.FieldCondition(key="version", range=models.Range(lt=2))])
    c.upsert(name, points=[point(1, 1), point(2, 5)], wait=True)
    c.upsert(name, points=[point(1, 2), point(2, 2), point(3, 2)], update_filter=older, wait=True)
    check(versions(), [2, 5, 2])
    c.upsert(name, points=[point(1, 9), point(4, 9)], update_mode=models.UpdateMode.INSERT_ONLY, wait=True)
    check(versions(), [2, 5, 2, 9])
    c.upsert(name, points=[point(2, 6), point(5, 6)], update_mode=models.UpdateMode.UPDATE_ONLY, wait=True)
    check(versions(), [2, 6, 2, 9])
    newer = models.Filter(must=[models.FieldCondition(key="version", range=models.Range(gt=5))])
    c.update_vectors(name, points=[models.PointVectors(id=i, vector=[0.5]) for i in (1, 2)], update_filter=newer, wait=True)
    check([p.vector for p in c.retrieve(name, [1, 2], with_vectors=True)], [[2.0], [0.5]])
    c.delete_collection(name)


@step("a vector is added to a live collection, and dropped")
def _(c, _ctx):
    name = "tour-python-vectors"
    c.delete_collection(name)
    c.create_collection(name, vectors_config={"a": models.VectorParams(size=1, distance=models.Distance.DOT)})
    c.upsert(name, points=[models.PointStruct(id=1, vector={"a": [1.0]})], wait=True)
    config = models.DenseVectorNameConfig(dense=models.DenseVectorConfig(size=2, distance=models.Distance.EUCLID))
    c.create_vector_name(name, "b", config)
    check(c.get_collection(name).config.params.vectors["b"].size, 2)
    check(c.query_points(name, query=[0.0, 0.0], using="b").points, [])
    c.update_vectors(name, points=[models.PointVectors(id=1, vector={"b": [3.0, 4.0]})], wait=True)
    check([h.score for h in c.query_points(name, query=[0.0, 0.0], using="b").points], [5.0])
    c.delete_vector_name(name, "b")
    expect_error(lambda: c.query_points(name, query=[0.0, 0.0], using="b"), "Not existing vector name error: b")
    check(c.retrieve(name, [1], with_vectors=True)[0].vector, {"a": [1.0]})
    c.delete_collection(name)


queries.steps(step)
service.steps(step)


@step("a sparse query of a dense vector is refused")
def _(c, _ctx):
    expect_error(
        lambda: c.query_points(COLLECTION, query=models.SparseVector(indices=[1], values=[1.0])),
        "Conversion between sparse and regular vectors failed",
    )


@step("sparse vectors, fused with dense ones")
def _(c, _ctx):
    c.delete_collection(SPARSE)
    c.create_collection(
        SPARSE,
        vectors_config={"dense": models.VectorParams(size=2, distance=models.Distance.DOT)},
        sparse_vectors_config={
            "s": models.SparseVectorParams(index=models.SparseIndexParams(on_disk=True)),
            "text": models.SparseVectorParams(modifier=models.Modifier.IDF),
        },
    )
    info = c.get_collection(SPARSE).config.params.sparse_vectors
    check(info["text"].modifier, models.Modifier.IDF)
    check(info["s"].index.on_disk, True)
    sparse = lambda indices, values: models.SparseVector(indices=indices, values=values)
    bm25 = lambda text, **options: models.Document(text=text, model="qdrant/bm25", options=options or None)
    texts = ["A small boat is moved by oars.", "The bank raised its interest rate.", "Boats lie at the bank of the river."]
    c.upsert(
        SPARSE,
        [
            models.PointStruct(
                id=i,
                vector={"dense": [1.0, i], "s": sparse([2**32 - 1, i], [1.0, i + 1.0]), "text": bm25(text, avg_len=8.0)},
            )
            for i, text in enumerate(texts)
        ],
        wait=True,
    )
    c.update_vectors(SPARSE, [models.PointVectors(id=0, vector={"s": sparse([7], [0.5])})], wait=True)
    stored = c.retrieve(SPARSE, [0, 1], with_vectors=["s"])
    check([(r.vector["s"].indices, r.vector["s"].values) for r in stored], [([7], [0.5]), ([1, 2**32 - 1], [2.0, 1.0])])
    found = c.query_points(SPARSE, query=sparse([2, 2**32 - 1], [1.0, 1.0]), using="s").points
    check([(p.id, p.score) for p in found], [(2, 4.0), (1, 1.0)])
    found = c.query_points(SPARSE, query=bm25("boats on a river"), using="text").points
    check(ids(found), [2, 0])
    found = c.query_points(
        SPARSE,
        prefetch=[
            models.Prefetch(query=[0.0, 1.0], using="dense", limit=10),
            models.Prefetch(query=bm25("river boats"), using="text", limit=10),
        ],
        query=models.FusionQuery(fusion=models.Fusion.DBSF),
        limit=1,
    ).points
    check(ids(found), [2])
    found = c.query_points(
        SPARSE,
        query=models.RecommendQuery(recommend=models.RecommendInput(positive=[1], strategy=models.RecommendStrategy.BEST_SCORE)),
        using="s",
    ).points
    check(ids(found), [2, 0])
    expect_error(
        lambda: c.upsert(SPARSE, [models.PointStruct(id=9, vector={"s": sparse([1, 1], [1.0, 1.0])})]),
        "indices: must be unique",
    )
    check(c.delete_collection(SPARSE), True)


@step("snapshots: create, list, load down and up, recover, delete")
def _(c, _ctx):
    base, headers = SERVER["url"], SERVER["headers"]
    everything = sorted(str(p) for p in c.scroll(COLLECTION, limit=100, with_vectors=True)[0])
    made = c.create_snapshot(COLLECTION)
    assert made.size > 0 and len(made.checksum) == 64, made
    check([s.name for s in c.list_snapshots(COLLECTION)], [made.name])

    location = f"{base}/collections/{COLLECTION}/snapshots/{made.name}"
    with urllib.request.urlopen(urllib.request.Request(location, headers=headers), timeout=60) as answer:
        content = answer.read()
    check(len(content), made.size, "size")
    check(hashlib.sha256(content).hexdigest(), made.checksum, "checksum")

    def back(name):
        return sorted(str(p) for p in c.scroll(name, limit=100, with_vectors=True)[0])

    # What is written after it is gone when it is recovered, into the same collection and beside it.
    c.upsert(COLLECTION, [models.PointStruct(id=4711, vector=[1, 1, 1, 1])], wait=True)
    api_key = headers.get("api-key")
    assert c.recover_snapshot(COLLECTION, location, api_key=api_key, checksum=made.checksum, priority=models.SnapshotPriority.SNAPSHOT)
    check(back(COLLECTION), everything)
    assert c.recover_snapshot(RECOVERED, location, api_key=api_key)
    check(back(RECOVERED), everything)
    expect_error(lambda: c.recover_snapshot(RECOVERED, location, api_key=api_key, checksum="0" * 64), "checksum mismatch")
    expect_error(lambda: c.recover_snapshot(RECOVERED, "file:///etc/passwd"), "outside the snapshots directory")
    check(back(RECOVERED), everything)
    assert c.delete_collection(RECOVERED)

    uploaded = c.http.snapshots_api.recover_from_uploaded_snapshot(
        RECOVERED, wait=True, checksum=made.checksum, snapshot=content
    )
    check(uploaded.result, True)
    check(back(RECOVERED), everything)
    assert c.delete_collection(RECOVERED)

    shard = c.create_shard_snapshot(COLLECTION, 0)
    check([s.name for s in c.list_shard_snapshots(COLLECTION, 0)], [shard.name])
    assert c.recover_shard_snapshot(COLLECTION, 0, f"{base}/collections/{COLLECTION}/shards/0/snapshots/{shard.name}", api_key=api_key)
    check(back(COLLECTION), everything)
    assert c.delete_shard_snapshot(COLLECTION, 0, shard.name)

    full = c.create_full_snapshot()
    assert full.name in [s.name for s in c.list_full_snapshots()]
    assert c.delete_full_snapshot(full.name)
    assert full.name not in [s.name for s in c.list_full_snapshots()]

    assert c.delete_snapshot(COLLECTION, made.name)
    check(c.list_snapshots(COLLECTION), [])
    expect_error(lambda: c.delete_snapshot(COLLECTION, made.name), "doesn't exist")


@step("delete collections")
def _(c, _ctx):
    for name in (COLLECTION, NAMED, TEXTS, queries.COLLECTION, queries.ELSEWHERE, service.COLLECTION):
        assert c.delete_collection(name)
        check(c.collection_exists(name), False)


def main():
    host, http_port, grpc_port, transport = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    api_key = sys.argv[5] if len(sys.argv) > 5 else None
    SERVER["url"] = f"http://{host}:{http_port}"
    SERVER["headers"] = {"api-key": api_key} if api_key else {}
    client = QdrantClient(
        host=host,
        port=http_port,
        grpc_port=grpc_port,
        prefer_grpc=transport == "grpc",
        https=False,
        api_key=api_key,
        timeout=60,
        cloud_inference=True,
    )
    service.SERVER.update(host=host, http_port=http_port, grpc_port=grpc_port, api_key=api_key)
    if api_key:
        stranger = QdrantClient(host=host, port=http_port, grpc_port=grpc_port, prefer_grpc=transport == "grpc", https=False, check_compatibility=False)
        expect_error(lambda: stranger.get_collections(), "Must provide an API key")
        print("ok: no key is refused")
    for name, function in STEPS:
        started = time.monotonic()
        try:
            function(client, transport)
        except Exception:
            print(f"FAILED: {name}")
            traceback.print_exc(file=sys.stdout)
            return 1
        print(f"ok: {name} ({(time.monotonic() - started) * 1000:.0f} ms)")
    print(f"{len(STEPS)} steps passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
