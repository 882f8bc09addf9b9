/* The words, letters and affixes that tell languages apart: see language_data.h. */
#include "text/language_data.h"

const struct tongue_data tongues[TONGUE_COUNT] = {
	[TONGUE_AR] = {"ar", SCRIPT_ARABIC,
		"في من على إلى عن مع هذا هذه هذي ذلك تلك التي الذي الذين ما لا لم لن ليس كان كانت "
		"كانوا يكون هو هي هم نحن أنا انا أنت انت انتم كل بعض أو ثم أن إن ان أنه انه لكن "
		"ولكن بل قد لقد كما حتى إذا اذا عند بعد قبل بين غير أي كيف لماذا متى أين الله "
		"والله "
		"الناس اليوم الآن الان جدا شكرا نعم يا شي مو هاي هذول ماكو اكو وين ليش هسه كلش "
		"يعني "
		"بس انتو احنا عليكم هناك هنا فقط كلام مثل عليه عليها له لها لهم منه فيه فيها يجب"},
	[TONGUE_CKB] = {"ckb", SCRIPT_ARABIC,
		"لە بە بۆ و کە ئەم ئەو لەو بەو ئەوە ئەمە ئێمە ئێوە من تۆ ئەوان هەر هەموو هیچ نییە "
		"نیە هەیە بوو بوون دەکات دەکەن کرد کردن دەبێت بێت لەگەڵ دوای پێش یان بەڵام چونکە "
		"ئەگەر تەنها زۆر باش خۆی خۆیان خۆم خەڵک چی کێ چۆن بۆچی کەی ئێستا ئەمڕۆ یەک دوو وەک "
		"تا نا بەڵێ سوپاس دەڵێت گوتی وتی نەک پێی لێی تێدا لەسەر ناو لەناو ئەوەی کەس ڕاست "
		"ئەوانەی نازانم دەزانم دەست جوان خوا کاک بژی هەروەها هەواڵ ڕۆژ ساڵ کات کاتێک هێشتا "
		"دەڵێن ناکات ناکەن بکات بکەن ببێت نابێت هات دەچێت"},
	[TONGUE_DE] = {"de", SCRIPT_LATIN,
		"der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als "
		"auch es werden aus er hat dass sie nach wird bei einer um am sind noch wie einem "
		"über einen zum war haben nur oder aber vor zur bis mehr durch man sein wurde wenn "
		"ich du wir ihr kein keine mein dein was wer warum immer schon alle viel sehr gut "
		"doch mal ja nein"},
	[TONGUE_EN] = {"en", SCRIPT_LATIN,
		"the of and to in is that it was for on are as with his they at be this have from "
		"or had by not but what all were when we there can an your you which their said if "
		"do will each about how up out them then she many some so these would other into "
		"has more her like him see time could no make than been its who now people my made "
		"over did down only way may after also most us any because don't it's i'm he just "
		"get got go think know why should very really good never i me am comment news "
		"great "
		"thank thanks those where our again still always isn't doesn't can't didn't you're "
		"they're that's"},
	[TONGUE_ES] = {"es", SCRIPT_LATIN,
		"el la los las de que y a en un una por con no para es al lo como más pero sus le "
		"ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde "
		"quien desde todo nos todos uno les ni contra ese eso ellos mi tú yo está están "
		"son "
		"fue ser tiene qué gente bien estoy gracias nada siempre aquí dicen decir verdad "
		"nunca ahora así puede hace hacer"},
	[TONGUE_FA] = {"fa", SCRIPT_ARABIC,
		"و در به از که این آن را با است برای بود شد می های ها هم تا یک خود یا اما اگر هر "
		"همه هیچ نه بله چرا چطور کجا چه من تو او ما شما آنها باید شود کرد کردن کند نیست "
		"هست "
		"هستند بودند دارد دارند خیلی فقط ولی چون پس دیگر دیگه مردم خوب بد ممنون مرسی خدا "
		"حالا الان اینکه کسی چیزی روی بین پیش بعد قبل مثل نمی آقا کنید کنم رو دست شده حرف "
		"درست زندگی هستیم هستید بالا همین کار دارم داریم گفت گفته بودم بوده خواهد واقعا "
		"اصلا البته همیشه وقتی کشور دولت می‌شود "
		"می‌کند "
		"می‌کنند "
		"می‌گوید "
		"نمی‌شود "
		"بقیه"},
	[TONGUE_FR] = {"fr", SCRIPT_LATIN,
		"le la les de des du et à un une en est que qui dans pour pas sur ce il elle au ne "
		"se plus par avec son sa ses nous vous je tu ils on mais ou où si leur sont être "
		"avoir fait comme tout cette aux très bien aussi même sans c'est qu'il n'est quoi "
		"pourquoi quand ça j'ai merci toujours ces donc ont peut"},
	[TONGUE_KMR] = {"kmr", SCRIPT_LATIN,
		"û ku li ji di bi de da ne na ye e in bû bûn dê wê wî wan min te me we ev ew vê vî "
		"hemû her gelek pir zêde xwe jî lê yan an heke eger çima çawa kî çi kengî niha îro "
		"sibê baş xweş gel welat mirov kes tiştek tişt tu ez em hûn got dibêje dike dikin "
		"kir kirin kirine hat hatin heye tune nîne nake nakin dixwazim dixwazin divê bila "
		"spas silav erê belê wek weke bo ser nav ber piştî berî yek du sê jin mêr zarok "
		"zimanê çend gotin nizanim dizanim hene bûye dibe nabe hevalno heval rast çiye "
		"kijan hemî dibin nikare nikarin dibêjin dibêjim dibêjî wisa wiha zarokên nûçe "
		"berê "
		"lewra heya heta tenê bes dîsa êdî hîn"},
	[TONGUE_RU] = {"ru", SCRIPT_CYRILLIC,
		"и в не на я что он с как это по но они мы к из у за так же от вы бы все его "
		"только "
		"было для если ты ее мне есть нет да уже когда или быть до этого вот кто чтобы где "
		"почему очень люди потому был была меня тебя него нас себя"},
	[TONGUE_TR] = {"tr", SCRIPT_LATIN,
		"bir ve bu da de için çok ne var yok mi mı mu mü o ben sen biz siz onlar ile gibi "
		"daha en ama fakat değil olan olarak oldu olur olsun her kadar sonra önce şimdi "
		"neden niye nasıl kim hangi bütün hep hiç şey zaman insan insanlar ki diye eğer "
		"bile yani çünkü ancak sadece iyi kötü güzel evet hayır teşekkürler ülke adam "
		"kadın "
		"bana sana ona beni seni onu bunu şu bunlar artık lan abi kardeş zaten böyle öyle "
		"herkes bunun hala aynı kimse biliyor dün bugün yarın akşam gün orada burada bence "
		"sence tabii tamam neler kimin biri birisi olsa olmuş olacak olmaz yapmak etmek "
		"ediyor etti dedi diyor lazım gerek kendi tüm doğru yanlış durum durumda"},
	[TONGUE_UK] = {"uk", SCRIPT_CYRILLIC,
		"і в не на що я він з як це по але вони ми до із у за так же від ви все його "
		"тільки "
		"було для якщо ти її мені є немає вже коли або бути щоб де чому дуже люди був була "
		"мене тебе та й цього"},
	[TONGUE_UR] = {"ur", SCRIPT_ARABIC,
		"کے کی کا میں ہے ہیں کو سے نے اور پر یہ وہ نہیں ہو کر بھی تو ایک تھا "
		"تھی تھے جو کیا "
		"اس ان ہم آپ تم مجھے لیے ساتھ بہت اپنے کچھ اب گیا رہا رہے"},
};

#define A TONGUE_AR
#define C TONGUE_CKB
#define K TONGUE_KMR

const struct letter_evidence letter_evidence[LETTERS_END] = {
	[0x00A1] = {{{TONGUE_ES, 100}}}, /* ¡ */
	[0x00BF] = {{{TONGUE_ES, 100}}}, /* ¿ */
	[0x00DF] = {{{TONGUE_DE, 100}}}, /* ß */
	[0x00E0] = {{{TONGUE_FR, 50}}}, /* à */
	[0x00E1] = {{{TONGUE_ES, 40}}}, /* á */
	[0x00E4] = {{{TONGUE_DE, 60}}}, /* ä */
	[0x00E7] = {{{TONGUE_TR, 30}, {K, 30}, {TONGUE_FR, 30}}}, /* ç */
	[0x00E8] = {{{TONGUE_FR, 50}}}, /* è */
	[0x00E9] = {{{TONGUE_FR, 40}, {TONGUE_ES, 20}}}, /* é */
	[0x00EA] = {{{K, 60}, {TONGUE_FR, 20}}}, /* ê */
	[0x00ED] = {{{TONGUE_ES, 40}}}, /* í */
	[0x00EE] = {{{K, 70}, {TONGUE_FR, 20}}}, /* î */
	[0x00F1] = {{{TONGUE_ES, 100}}}, /* ñ */
	[0x00F3] = {{{TONGUE_ES, 40}}}, /* ó */
	[0x00F6] = {{{TONGUE_TR, 40}, {TONGUE_DE, 40}}}, /* ö */
	[0x00FA] = {{{TONGUE_ES, 30}}}, /* ú */
	[0x00FB] = {{{K, 70}, {TONGUE_FR, 20}}}, /* û */
	[0x00FC] = {{{TONGUE_TR, 40}, {TONGUE_DE, 40}}}, /* ü */
	[0x011F] = {{{TONGUE_TR, 90}}}, /* ğ */
	[0x0131] = {{{TONGUE_TR, 90}}}, /* ı */
	[0x0153] = {{{TONGUE_FR, 60}}}, /* œ */
	[0x015F] = {{{TONGUE_TR, 40}, {K, 40}}}, /* ş */
	[0x044A] = {{{TONGUE_RU, 30}}}, /* ъ */
	[0x044B] = {{{TONGUE_RU, 40}}}, /* ы */
	[0x044D] = {{{TONGUE_RU, 40}}}, /* э */
	[0x0451] = {{{TONGUE_RU, 40}}}, /* ё */
	[0x0454] = {{{TONGUE_UK, 60}}}, /* є */
	[0x0456] = {{{TONGUE_UK, 60}}}, /* і */
	[0x0457] = {{{TONGUE_UK, 80}}}, /* ї */
	[0x0623] = {{{A, 50}}}, /* أ */
	[0x0625] = {{{A, 60}}}, /* إ */
	[0x0629] = {{{A, 60}}}, /* ة */
	[0x062B] = {{{A, 10}, {TONGUE_FA, 5}}}, /* ث */
	[0x0630] = {{{A, 10}, {TONGUE_FA, 5}}}, /* ذ */
	[0x0636] = {{{A, 15}, {TONGUE_FA, 5}}}, /* ض */
	[0x0638] = {{{A, 15}, {TONGUE_FA, 5}}}, /* ظ */
	[0x0643] = {{{A, 20}}}, /* ك */
	[0x0649] = {{{A, 20}}}, /* ى */
	[0x064A] = {{{A, 15}}}, /* ي */
	[0x0679] = {{{TONGUE_UR, 90}}}, /* ٹ */
	[0x067E] = {{{TONGUE_FA, 30}, {C, 20}, {TONGUE_UR, 20}}}, /* پ */
	[0x0686] = {{{TONGUE_FA, 30}, {C, 20}, {TONGUE_UR, 20}}}, /* چ */
	[0x0688] = {{{TONGUE_UR, 90}}}, /* ڈ */
	[0x0691] = {{{TONGUE_UR, 90}}}, /* ڑ */
	[0x0695] = {{{C, 120}}}, /* ڕ */
	[0x0698] = {{{TONGUE_FA, 20}, {C, 30}}}, /* ژ */
	[0x06A4] = {{{C, 60}}}, /* ڤ */
	[0x06A9] = {{{TONGUE_FA, 10}, {C, 8}, {TONGUE_UR, 8}}}, /* ک */
	[0x06AF] = {{{TONGUE_FA, 30}, {C, 25}, {TONGUE_UR, 15}}}, /* گ */
	[0x06B5] = {{{C, 120}}}, /* ڵ */
	[0x06BA] = {{{TONGUE_UR, 90}}}, /* ں */
	[0x06C1] = {{{TONGUE_UR, 50}}}, /* ہ */
	[0x06C6] = {{{C, 100}}}, /* ۆ */
	[0x06CC] = {{{TONGUE_FA, 10}, {C, 8}, {TONGUE_UR, 6}}}, /* ی */
	[0x06CE] = {{{C, 120}}}, /* ێ */
	[0x06D2] = {{{TONGUE_UR, 90}}}, /* ے */
	[0x06D5] = {{{C, 70}}}, /* ە */
};

#define AFFIX(text) text, sizeof(text) - 1

const struct affix_evidence affix_evidence[] = {
	/* folded: ي is ی, ة and ە are ه */
	{AFFIX("ال"), A, 60, 3, true},
	{AFFIX("وال"), A, 60, 3, true},
	{AFFIX("بال"), A, 50, 3, true},
	{AFFIX("می"), TONGUE_FA, 30, 4, true},
	{AFFIX("نمی"), TONGUE_FA, 50, 3, true},
	{AFFIX("های"), TONGUE_FA, 50, 2, false},
	{AFFIX("ترین"), TONGUE_FA, 50, 2, false},
	{AFFIX("هکان"), C, 50, 2, false},
	{AFFIX("هکه"), C, 40, 2, false},
	{AFFIX("ده"), C, 15, 4, true},
	{AFFIX("xw"), K, 70, 2, true},
	{AFFIX("iya"), K, 25, 3, false},
	{AFFIX("iyor"), TONGUE_TR, 60, 2, false},
	{AFFIX("iyorum"), TONGUE_TR, 90, 2, false},
	{AFFIX("iyorsun"), TONGUE_TR, 90, 2, false},
	{AFFIX("uyor"), TONGUE_TR, 60, 2, false},
	{AFFIX("lari"), TONGUE_TR, 40, 3, false},
	{AFFIX("leri"), TONGUE_TR, 40, 3, false},
	{AFFIX("lar"), TONGUE_TR, 30, 3, false},
	{AFFIX("ler"), TONGUE_TR, 25, 3, false},
	{AFFIX("mak"), TONGUE_TR, 30, 3, false},
	{AFFIX("mek"), TONGUE_TR, 30, 3, false},
	{AFFIX("acak"), TONGUE_TR, 50, 2, false},
	{AFFIX("ecek"), TONGUE_TR, 50, 2, false},
	{AFFIX("siniz"), TONGUE_TR, 60, 2, false},
	{AFFIX("ing"), TONGUE_EN, 25, 3, false},
	{AFFIX("ness"), TONGUE_EN, 30, 3, false},
	{AFFIX("ung"), TONGUE_DE, 25, 4, false},
	{AFFIX("lich"), TONGUE_DE, 40, 3, false},
	{AFFIX("cion"), TONGUE_ES, 35, 3, false},
	{AFFIX("ement"), TONGUE_FR, 35, 3, false},
};
const size_t affix_evidence_count = ARRAY_LEN(affix_evidence);
