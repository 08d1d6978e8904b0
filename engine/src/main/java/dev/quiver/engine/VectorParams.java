package dev.quiver.engine;

import dev.quiver.index.CodesOption;
import dev.quiver.index.Distance;
import dev.quiver.index.VectorPlacement;

/**
 * What the engine needs to know of one named vector.
 *
 * @param kind what its values are
 * @param size dimensions, 1 to 65,536, of each row where there are several; 0 of sparse vectors
 * @param distance {@link Distance#DOT} of sparse vectors
 * @param datatype what components are stored as; of sparse vectors how finely their index knows
 *     them, while the vectors are kept as they are
 * @param m links per node of the graph (twice that on level 0); 0 means no graph: always scanned
 * @param efConstruct candidates kept while building
 * @param codes what graphs are built and walked by
 * @param placement where the vectors are that results are ranked by
 * @param idf whether a sparse query's components are weighted by how rare they are
 */
public record VectorParams(
    Kind kind,
    int size,
    Distance distance,
    Datatype datatype,
    int m,
    int efConstruct,
    CodesOption codes,
    VectorPlacement placement,
    boolean idf) {

  /** What a vector's values are. */
  public enum Kind {
    /** {@link VectorValue.Dense}. */
    DENSE,
    /** {@link VectorValue.Multi}, compared by MaxSim. */
    MULTI,
    /** {@link VectorValue.Sparse}. */
    SPARSE
  }

  static VectorParams sparse(Datatype datatype, boolean idf) {
    return new VectorParams(
        Kind.SPARSE,
        0,
        Distance.DOT,
        datatype,
        0,
        1,
        CodesOption.NONE,
        VectorPlacement.MAPPED,
        idf);
  }
}
