package dev.quiver.embed;

/** How a model's vectors per token become one vector per text; a property of its training. */
enum Pooling {
  /** The mean over all tokens, start and end marks included (Sentence-BERT, section 3). */
  MEAN,
  /** The vector of the first token, the start mark (BGE's model card). */
  CLS
}
