package dev.quiver.engine.filter;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Words of grammar of Hindi in Latin letters, in their usual spellings, and those of English, which
 * such texts mix in.
 */
final class HinglishStopWords {
  private static final String HINDI =
      // Pronouns.
      """
      main mai mein me maine mujhe mujhko mujhse mera meri mere hum humne hame hamein humein
      humko humse hamara hamari hamare humara humari humare tu tune tujhe tujhko tera teri tere tum
      tumne tumhe tumhein tumko tumse tumhara tumhari tumhare aap aapne aapko aapse aapka aapki aapke
      apna apni apne khud yah yeh ye isne ise isse isko iska iski iske in inhe inhein inko inse inka
      inki inke inhone vah voh woh wo vo usne use usse usko uska uski uske un unhe unhein unko unse
      unka unki unke unhone jo jise jisse jisko jiska jiski jiske jisne jinhe jinka jinki jinke
      kaun kon kis kisi kise kisne kisko kisse kiska kiski kiske kin kinhe kinka kinki kinke koi kuch
      kuchh sab sabhi sabka sabki sabke sabko sabse
      """
          // Postpositions and particles.
          + """
      ka ki ke ko se par pe tak liye wala wali wale waala waali waale dwara saath sath bina
      bhi hi to toh na nahi nahin nahee mat ji hee sirf bas hii re yaar
      """
          // Conjunctions and adverbs.
          + """
      aur or ya yaa lekin magar par parantu kintu phir fir kyunki kyonki kyuki kyoki isliye isiliye
      taki taaki agar yadi jab jabki tab ab abhi kabhi jabhi tabhi yahan yahaan yaha vahan wahan
      wahaan waha kahan kahaan kaha jahan jahaan jaha yahin wahin kahin kya kyon kyun kyu kyo kaise
      kaisa kaisi jaise jaisa jaisi aise aisa aisi waise waisa waisi itna itni itne utna utni utne
      kitna kitni kitne jitna jitni jitne bahut bohot bahot bahoot thoda thodi thode zyada jyada kam
      bilkul shayad
      """
          // To be, and verbs that help others.
          + """
      hai hain hun hoon hu ho hota hoti hote hua hui huye hona hone hoga hogi honge tha thi the
      thin thee kar kare karo karna karne karta karti karte karke karega karegi karenge kiya kiye
      raha rahi rahe rahta rahti rahte rehta rehti rehte gaya gayi gaye gayee jaa ja jao jata jati
      jate jaata jaati jaate jaye jaega jayega jayegi jana jaana sakta sakti sakte saka saki sake
      chahiye chahie diya diye di dena dene leta leti lete liya li lena lene chuka chuki chuke laga
      lagi lage
      """;

  static final Set<String> WORDS = words();

  private HinglishStopWords() {}

  private static Set<String> words() {
    Set<String> words = new HashSet<>(EnglishStopWords.WORDS);
    words.addAll(List.of(HINDI.strip().split("\\s+")));
    return Set.copyOf(words);
  }
}
