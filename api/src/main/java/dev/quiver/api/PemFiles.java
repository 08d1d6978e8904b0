package dev.quiver.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a certificate chain and its private key from PEM files. */
final class PemFiles {
  private static final int FILE_MAX_BYTES = 1 << 20;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /**
   * A private key and the certificates that vouch for it, the server's own first.
   *
   * @param chain 1 or more
   */
  record Identity(PrivateKey key, List<X509Certificate> chain) {}

  private PemFiles() {}

  /**
   * @throws QuiverException {@link ErrorCode#VALIDATION} naming the file and what is wrong with it
   */
  static Identity read(Path certificate, Path key) {
    List<X509Certificate> chain = certificates(certificate);
    PrivateKey privateKey = key(key);
    if (!belongsTogether(privateKey, chain.getFirst())) {
      throw invalid(key, "is not the key of the first certificate in " + certificate);
    }
    return new Identity(privateKey, chain);
  }

  private static List<X509Certificate> certificates(Path file) {
    try {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (chain.isEmpty()) {
        throw invalid(file, "has no certificate (expected: -----BEGIN CERTIFICATE-----)");
      }
      return chain;
    } catch (GeneralSecurityException e) {
      throw invalid(file, "is no PEM file with certificates: " + e.getMessage());
    }
  }

  private static PrivateKey key(Path file) {
    String text = new String(bytes(file), ISO_8859_1);
    Matcher key = KEY.matcher(text);
    if (!key.find()) {
      throw invalid(
          file,
          "has no unencrypted PKCS #8 key (expected: -----BEGIN PRIVATE KEY-----); `openssl pkcs8"
              + " -topk8 -nocrypt` makes one of other forms");
    }
    try {
      PKCS8EncodedKeySpec spec =
          new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key.group(1)));
      for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (InvalidKeySpecException _) {
          // A key of another algorithm: the next one says.
        }
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw invalid(file, "has a key that cannot be read: " + e.getMessage());
    }
    throw invalid(file, "has a key that is neither RSA, EC nor EdDSA");
  }

  private static boolean belongsTogether(PrivateKey key, X509Certificate certificate) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    try {
      byte[] probe = {1, 2, 3};
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(probe);
      byte[] signature = signing.sign();
      Signature verifying = Signature.getInstance(algorithm);
      verifying.initVerify(certificate.getPublicKey());
      verifying.update(probe);
      return verifying.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > FILE_MAX_BYTES) {
        throw invalid(file, "has more than " + FILE_MAX_BYTES + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw invalid(file, "cannot be read: " + e);
    }
  }

  private static QuiverException invalid(Path file, String what) {
    return new QuiverException(ErrorCode.VALIDATION, "TLS: " + file + " " + what);
  }
}
