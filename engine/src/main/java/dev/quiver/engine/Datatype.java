package dev.quiver.engine;

/** What a vector's components are stored as. Float16 is rounded and uint8 cast on the way in. */
public enum Datatype {
  FLOAT32,
  FLOAT16,
  UINT8
}
