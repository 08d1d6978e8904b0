/** Rows of JSON, CSV, Parquet, NumPy, fvecs and HDF5 files, one after the other. */
@NullMarked
package dev.quiver.cli.input;

import org.jspecify.annotations.NullMarked;
