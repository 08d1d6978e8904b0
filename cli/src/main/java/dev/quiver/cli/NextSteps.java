package dev.quiver.cli;

import java.io.PrintWriter;

/** Commands and programs to try against the quickstart's server, ready to be pasted. */
final class NextSteps {
  private NextSteps() {}

  static void print(PrintWriter out, int httpPort, int grpcPort, boolean running) {
    String model = SearchCommand.DEFAULT_MODEL;
    out.println();
    out.println(
        running
            ? "Try next, in another terminal"
            : "Try next, after ./quiver quickstart without --once");
    out.println();
    out.println("  # this command");
    out.printf(
        "  ./quiver search wordnet \"a place where bread is made\" --url http://127.0.0.1:%d%n",
        httpPort);
    out.println();
    out.println("  # curl");
    out.printf("  curl -s http://127.0.0.1:%d/collections/wordnet/points/query \\%n", httpPort);
    out.println("    -H 'Content-Type: application/json' \\");
    out.printf(
        "    -d '{\"query\": {\"text\": \"a place where bread is made\", \"model\": \"%s\"},"
            + " \"limit\": 3, \"with_payload\": true}'%n",
        model);
    out.println();
    out.println("  # Python: pip install qdrant-client");
    out.println("  from qdrant_client import QdrantClient, models");
    out.printf(
        "  client = QdrantClient(url=\"http://127.0.0.1:%d\", cloud_inference=True)%n", httpPort);
    out.printf(
        "  print(client.query_points(\"wordnet\", query=models.Document(text=\"a place where bread is"
            + " made\", model=\"%s\"), limit=3).points)%n",
        model);
    out.println();
    out.println("  // JavaScript: npm install @qdrant/js-client-rest");
    out.println("  import { QdrantClient } from '@qdrant/js-client-rest';");
    out.printf("  const client = new QdrantClient({ url: 'http://127.0.0.1:%d' });%n", httpPort);
    out.printf(
        "  console.log((await client.query('wordnet', { query: { text: 'a place where bread is made', model:"
            + " '%s' }, limit: 3, with_payload: true })).points);%n",
        model);
    out.println();
    out.println("  // Java: io.qdrant:client");
    out.println("  import static io.qdrant.client.QueryFactory.nearest;");
    out.println("  import io.qdrant.client.*;");
    out.println("  import io.qdrant.client.grpc.Points.*;");
    out.printf(
        "  var client = new QdrantClient(QdrantGrpcClient.newBuilder(\"127.0.0.1\", %d,"
            + " false).build());%n",
        grpcPort);
    out.printf(
        "  System.out.println(client.queryAsync(QueryPoints.newBuilder().setCollectionName(\"wordnet\").setLimit(3)%n"
            + "      .setQuery(nearest(Document.newBuilder().setText(\"a place where bread is"
            + " made\")%n          .setModel(\"%s\").build())).build()).get());%n",
        model);
    out.println();
  }
}
