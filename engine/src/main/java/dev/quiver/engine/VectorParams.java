package dev.quiver.engine;

import dev.quiver.index.CodesOption;
import dev.quiver.index.Distance;

/**
 * What the engine needs to know of one named vector.
 *
 * @param size dimensions, 1 to 65,536
 * @param m links per node of the graph (twice that on level 0); 0 means no graph: always scanned
 * @param efConstruct candidates kept while building
 * @param codes what graphs are built and walked by
 */
public record VectorParams(
    int size, Distance distance, Datatype datatype, int m, int efConstruct, CodesOption codes) {}
