"""What surrounds the points: strict mode, tokens, telemetry, the guard, and every operation of a batch."""

import base64
import hashlib
import hmac
import json
import time
import urllib.request

from qdrant_client import QdrantClient, models

COLLECTION = "tour-python-service"

# Filled by the tour: host, http_port, grpc_port, api_key.
SERVER = {}


def refused(function, *needles):
    try:
        function()
    except Exception as error:
        content = getattr(error, "content", None)
        text = content.decode("utf-8") if isinstance(content, bytes) else str(error)
        for needle in needles:
            assert needle in text, f"error text: {text!r} (expected to contain: {needle!r})"
        return
    raise AssertionError(f"no error (expected one with: {needles!r})")


def equal(actual, expected):
    assert actual == expected, f"{actual!r} (expected: {expected!r})"


def client(transport, api_key, metadata=None):
    more = {"headers": metadata} if metadata else {}
    return QdrantClient(
        host=SERVER["host"],
        port=SERVER["http_port"],
        grpc_port=SERVER["grpc_port"],
        prefer_grpc=transport == "grpc",
        https=False,
        api_key=api_key,
        check_compatibility=False,
        timeout=60,
        **more,
    )


def token(claims):
    """A JSON Web Token, signed with the server's key as Qdrant's own tools do."""

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    signed = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(claims)
    mac = hmac.new(SERVER["api_key"].encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def get(path):
    request = urllib.request.Request(f"http://{SERVER['host']}:{SERVER['http_port']}{path}")
    if SERVER["api_key"]:
        request.add_header("api-key", SERVER["api_key"])
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def steps(step):
    @step("a batch of every operation")
    def _(c, _ctx):
        c.delete_collection(COLLECTION)
        c.create_collection(COLLECTION, vectors_config={"a": models.VectorParams(size=2, distance=models.Distance.DOT), "b": models.VectorParams(size=1, distance=models.Distance.DOT)})
        points = [models.PointStruct(id=i, vector={"a": [i, 1], "b": [i]}, payload={"n": i, "keep": True}) for i in range(1, 7)]
        results = c.batch_update_points(
            COLLECTION,
            wait=True,
            update_operations=[
                models.UpsertOperation(upsert=models.PointsList(points=points)),
                models.UpsertOperation(upsert=models.PointsBatch(batch=models.Batch(ids=[7], vectors={"a": [[7, 1]]}, payloads=[{"n": 7}]))),
                models.SetPayloadOperation(set_payload=models.SetPayload(payload={"set": 1}, points=[1])),
                models.SetPayloadOperation(set_payload=models.SetPayload(payload={"in": 2}, points=[1], key="deep")),
                models.OverwritePayloadOperation(overwrite_payload=models.SetPayload(payload={"only": "this"}, points=[2])),
                models.DeletePayloadOperation(delete_payload=models.DeletePayload(keys=["keep"], filter=models.Filter(must=[models.FieldCondition(key="n", match=models.MatchValue(value=3))]))),
                models.ClearPayloadOperation(clear_payload=models.PointIdsList(points=[4])),
                models.UpdateVectorsOperation(update_vectors=models.UpdateVectors(points=[models.PointVectors(id=5, vector={"a": [9, 9]})])),
                models.DeleteVectorsOperation(delete_vectors=models.DeleteVectors(vector=["b"], points=[5])),
                models.DeleteOperation(delete=models.PointIdsList(points=[6])),
                models.DeleteOperation(delete=models.FilterSelector(filter=models.Filter(must=[models.FieldCondition(key="n", match=models.MatchValue(value=7))]))),
            ],
        )
        equal(len(results), 11)
        records = {r.id: r for r in c.retrieve(COLLECTION, list(range(1, 8)), with_vectors=True)}
        equal(sorted(records), [1, 2, 3, 4, 5])
        equal(records[1].payload, {"n": 1, "keep": True, "set": 1, "deep": {"in": 2}})
        equal(records[2].payload, {"only": "this"})
        equal(records[3].payload, {"n": 3})
        equal(records[4].payload or {}, {})
        equal(records[5].vector, {"a": [9.0, 9.0]})

    @step("strict mode is set, seen, obeyed and lifted")
    def _(c, _ctx):
        c.update_collection(COLLECTION, strict_mode_config=models.StrictModeConfig(enabled=True, max_query_limit=3, upsert_max_batchsize=2, unindexed_filtering_retrieve=False))
        config = c.get_collection(COLLECTION).config.strict_mode_config
        equal((config.enabled, config.max_query_limit, config.upsert_max_batchsize), (True, 3, 2))
        equal(len(c.query_points(COLLECTION, query=[1.0, 0.0], using="a", limit=3).points), 3)
        refused(lambda: c.query_points(COLLECTION, query=[1.0, 0.0], using="a", limit=4), "Limit exceeded 4 > 3")
        refused(lambda: c.upsert(COLLECTION, points=[models.PointStruct(id=i, vector={}) for i in (20, 21, 22)]), "3 > 2")
        by_n = models.Filter(must=[models.FieldCondition(key="n", match=models.MatchValue(value=1))])
        refused(lambda: c.scroll(COLLECTION, scroll_filter=by_n, limit=3), "Index required")
        c.create_payload_index(COLLECTION, "n", models.PayloadSchemaType.INTEGER, wait=True)
        equal([p.id for p in c.scroll(COLLECTION, scroll_filter=by_n, limit=3)[0]], [1])
        c.update_collection(COLLECTION, strict_mode_config=models.StrictModeConfig(enabled=False))
        equal(len(c.query_points(COLLECTION, query=[1.0, 0.0], using="a", limit=4).points), 4)

    @step("telemetry, metrics and issues")
    def _(_c, _ctx):
        telemetry = get("/telemetry?details_level=10")["result"]
        assert telemetry["app"]["version"].startswith("1.19"), telemetry["app"]
        assert any(one["id"] == COLLECTION for one in telemetry["collections"]["collections"])
        assert isinstance(get("/issues")["result"]["issues"], list)

    @step("tokens open what they say")
    def _(c, transport):
        if not SERVER["api_key"]:
            return
        reader = client(transport, token({"access": "r", "exp": int(time.time()) + 600}))
        equal(reader.count(COLLECTION).count, 5)
        refused(lambda: reader.delete(COLLECTION, points_selector=[1]), "Forbidden")
        writer = client(transport, token({"access": [{"collection": COLLECTION, "access": "rw"}]}))
        equal([one.name for one in writer.get_collections().collections], [COLLECTION])
        writer.set_payload(COLLECTION, payload={"by": "token"}, points=[1], wait=True)
        equal(c.retrieve(COLLECTION, [1])[0].payload["by"], "token")
        refused(lambda: writer.delete_collection(COLLECTION), "Forbidden")
        refused(lambda: writer.count("another"), "Access to collection another is required")
        ended = client(transport, token({"access": "m", "exp": int(time.time()) - 60}))
        refused(lambda: ended.get_collections(), "ExpiredSignature")

    @step("a client that expects another environment is refused")
    def _(c, transport):
        lost = client(transport, SERVER["api_key"], {"quiver-expect-environment": "test"})
        refused(lambda: lost.delete_collection(COLLECTION), "`development` (the caller expects: `test`)")
        refused(lambda: lost.count(COLLECTION), "Wrong environment")
        equal(c.count(COLLECTION).count, 5)
        right = client(transport, SERVER["api_key"], {"quiver-expect-environment": "development"})
        equal(right.count(COLLECTION).count, 5)
