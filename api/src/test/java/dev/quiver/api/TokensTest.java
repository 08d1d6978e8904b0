package dev.quiver.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

final class TokensTest {
  private static final String KEY = "a key";
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  private final ApiKeys keys = new ApiKeys(KEY, "the other key", null).withTokens();

  private Access access(String claims) {
    return keys.authenticate(TestTokens.signed(KEY, claims), NOW).access();
  }

  private ErrorCode refusal(String token) {
    return catchThrowableOfType(QuiverException.class, () -> keys.authenticate(token, NOW)).code();
  }

  @Test
  void claimsBecomeAccess() {
    assertThat(access("{}")).isEqualTo(Access.Global.MANAGE);
    assertThat(access("{'access':'m'}")).isEqualTo(Access.Global.MANAGE);
    assertThat(access("{'access':'r','sub':'x','subject':'y','anything':[1]}"))
        .isEqualTo(Access.Global.READ);
    assertThat(
            access(
                "{'access':[{'collection':'集合','access':'rw'},{'collection':'b','access':'prw'}]}"))
        .isEqualTo(
            new Access.Collections(
                Map.of("集合", Access.Mode.READ_WRITE, "b", Access.Mode.POINTS_READ_WRITE)));
  }

  @Test
  void aTokenEndsThirtySecondsAfterItsTime() {
    long now = NOW.getEpochSecond();

    assertThat(access("{'exp':" + (now - 30) + "}")).isEqualTo(Access.Global.MANAGE);
    assertThat(refusal(TestTokens.signed(KEY, "{'exp':" + (now - 31) + "}")))
        .isEqualTo(ErrorCode.TOKEN_REFUSED);
  }

  @Test
  void eitherWritingKeySigns() {
    assertThat(
            keys.authenticate(TestTokens.signed("the other key", "{'access':'r'}"), NOW).access())
        .isEqualTo(Access.Global.READ);
  }

  @Test
  void withoutTokensATokenIsAnUnknownKey() {
    ApiKeys plain = new ApiKeys(KEY, null, null);

    assertThat(
            catchThrowableOfType(
                QuiverException.class, () -> plain.authenticate(TestTokens.signed(KEY, "{}"), NOW)))
        .hasMessage("Invalid API key or JWT")
        .extracting(QuiverException::code)
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void anotherAlgorithmIsNoToken() {
    for (String header :
        List.of(
            "{'alg':'none'}",
            "{'alg':'HS512'}",
            "{'alg':'RS256'}",
            "{'alg':'hs256'}",
            "{'alg':['HS256']}",
            "{'typ':'JWT'}",
            "{'alg':'none','alg':'HS256'}",
            "{'alg':'HS256','crit':['b64'],'b64':false}",
            "[]",
            "'HS256'")) {
      assertThat(refusal(TestTokens.signed(KEY, header, "{'access':'m'}")))
          .as(header)
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
  }

  @Test
  void claimsOfAWrongFormAreRefused() {
    List<String> wrong =
        List.of(
            "{'access':'rw'}",
            "{'access':null}",
            "{'access':{}}",
            "{'access':1}",
            "{'access':'r','access':'m'}",
            "{'access':['c']}",
            "{'access':[{'collection':'c'}]}",
            "{'access':[{'access':'r'}]}",
            "{'access':[{'collection':'c','access':'m'}]}",
            "{'access':[{'collection':1,'access':'r'}]}",
            "{'access':[{'collection':'c','access':'r'},{'collection':'c','access':'rw'}]}",
            "{'access':[{'collection':'c','access':'r','payload':{}}]}",
            "{'exp':'2030'}",
            "{'exp':1.5}",
            "{'exp':-1}",
            "{'exp':99999999999999999999}",
            "{'sub':7}",
            "{'value_exists':{}}",
            "{'value_exists':{'collection':'c'}}",
            "{'value_exists':{'collection':'c','matches':[{'key':'a'}]}}",
            "{'value_exists':{'collection':'c','matches':[{'key':'a','value':1.5}]}}",
            "{'value_exists':{'collection':'c','matches':[{'key':'a[','value':1}]}}",
            "[]",
            "{} {}",
            "{'access':'r'",
            "",
            "[[[[[[[[[[[[]]]]]]]]]]]]");
    for (String claims : wrong) {
      assertThat(refusal(TestTokens.signed(KEY, claims)))
          .as(claims)
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
  }

  @Test
  void noChangedCharacterOfATokenGoesUnnoticed() {
    String token = TestTokens.signed(KEY, "{'access':'r','exp':1900000000}");
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < token.length(); i++) {
      for (char c : "A_-.=9 z\n".toCharArray()) {
        String changed = token.substring(0, i) + c + token.substring(i + 1);
        if (!changed.equals(token) && passes(changed)) {
          accepted.add(changed);
        }
      }
    }
    for (String changed :
        List.of(token + "=", token + ".", "." + token, token + "A", token + "é")) {
      if (passes(changed)) {
        accepted.add(changed);
      }
    }
    assertThat(accepted).isEmpty();
    assertThat(passes(token)).isTrue();
  }

  @Test
  void garbageIsRefusedAndNothingElse() {
    long seed = System.nanoTime();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(80);
      for (int j = 0; j < length; j++) {
        text.append("abcXYZ012_-..=é\0{}".charAt(random.nextInt(18)));
      }
      assertThat(refusal(text.toString()).httpStatus())
          .as("seed %d: %s", seed, text)
          .isIn(401, 403);
    }
    assertThat(refusal("a.".repeat(1 << 20))).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  private boolean passes(String token) {
    try {
      keys.authenticate(token, NOW);
      return true;
    } catch (QuiverException e) {
      return false;
    }
  }
}
