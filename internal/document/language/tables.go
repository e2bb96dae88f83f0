package language

import (
	"slices"
	"strings"
	"sync"
)

// commonWords lists the most frequent words of each language in Latin script, including
// words that are typical of legal texts. The weight of a word is divided among the languages
// that share it.
var commonWords = map[string]string{
	"en": "the of and to in that is for with you your we our this are or be not by on any may as will from it have such these if which can at has all an under other us their may shall must when information services use",
	"fr": "le la les des du et de vous nous votre nos dans pour que est une sur par au aux sont avec ou un en vos ce cette ces ne pas qui il se être a notre plus leur si été dont données peut ainsi sans nos entre tout conformément c'est l'utilisateur d'une d'un qu'il",
	"de": "der die das und den von zu mit sie wir ist im für nicht auf ein eine oder wird ihre werden durch bei dem des sich als an auch es aus nach unsere ihrer einer zur zum kann haben sind daten wenn unter dass nur einen diese dieser uns ihnen um über gemäß soweit sowie nutzung",
	"es": "el la los las de y que en para con por su usted nosotros una del se nuestros sus o como al un es no lo más este esta nuestro nuestra puede ser si datos son cualquier sobre estos servicios información cuando también le sin ha hasta entre sitio caso",
	"it": "il di e che per con del della i gli le non una nel sono dei delle si da ai alla o un è in la lo dell'utente nella al alle dal dalla come anche più essere dati tali può questo questa nostri nostro su presente nei qualsiasi ogni ad se nonché ed utente trattamento sito",
	"pt": "o os as de e que em para com por seu você nós uma do da dos das não se ou nossos ao um é no na como mais sua seus suas pode ser nosso nossa esta este dados são à pelo pela às nos caso quando também informações sobre qualquer através isso já está utilizador usuário serviços",
	"nl": "de het een van en in dat op te voor met zijn wij uw niet of door aan wordt deze bij u onze is die om worden ons je als naar kan hebben dit uit ook heeft geen indien zal dan welke over gegevens er wat hun kunt tot alle persoonsgegevens gebruik",
	"pl": "i w z na do że się nie jest oraz przez lub dla od które po są w ramach użytkownika jego o może za jak w celu przy ich być co tym zgodnie danych osobowych usług art którym a ze jeśli także niniejszej innych użytkownik umowy możesz twoje",
	"sv": "och att det som en på är för av med till den inte vi du dina om eller våra har kan vid i ett de från vår din dig ska så när vilket personuppgifter samt din oss också även andra enligt denna där detta man var efter dessa mellan inom får användning tjänster",
	"da": "og at det som en på er for af med til den ikke vi du dine om eller vores har kan ved når i et de fra din dig skal så hvis personoplysninger samt os også andre efter denne der dette vil være blive bliver hvor mellem inden får brug oplysninger jer dem sig kun gennem mere end",
	"no": "og at det som en på er for av med til den ikke vi du dine om eller våre har kan ved når hvis i et de fra din deg skal så personopplysninger samt oss også andre etter denne der dette vil være bli blir hvor mellom innen får bruk opplysninger dere dem seg kun gjennom mer enn å vår noen nettstedet tjenesten brukes",
	"fi": "ja on että ei tai sekä voi olla kun jos myös me sen ovat mukaan tämä tietoja palvelun se kuin joka jotka niiden hänen voimme käyttää henkilötietoja sinun sinulla meihin tämän niin ole siitä muiden näiden mitä varten kanssa tietojen asiakas evästeitä ettei voit meidän ehdot ehtojen oikeus mikäli",
	"cs": "a v na je se že s z do pro nebo o k jsou které jako od podle při vaše i ve aby by si to jeho osobních údajů být může k pokud který jsme tak po není této těchto naše také ze za údaje svých až má další případě smlouvy služby jejich",
	"sk": "a v na je sa že s z do pre alebo o k sú ktoré ako od podľa pri vaše i vo aby by si to jeho osobných údajov byť môže ak ktorý sme tak po nie tejto týchto naše tiež zo za údaje svojich až má ďalšie prípade zmluvy služby ich spoločnosť vás ste",
	"sl": "in je se na za da ki so z v ali lahko tudi vaše po pri ter osebnih podatkov ne kot od do bo ni če smo vam s katere o pa k ob uporabnik podatke podatki naše storitev bomo ste za namen pogoji zaradi med jih vas svoje nas samo ko kako kjer zasebnosti",
	"hr": "i je se na za da koji su u ili može također vaše po te osobnih podataka ne kao od do će nije ako smo vam s o što koje osobne podatke korisnik uvjeti tvrtka ovih putem prema naše ovom možemo kada biti bilo svih usluga uvjete sukladno vaših gdje nego nam samo zahtjev",
	"sr": "i je se na za da koji su u ili može takođe vaše po te ličnih podataka ne kao od do će nije ako smo vam sa o što koje lične podatke korisnik uslovi kompanija ovih putem prema naše ovom možemo kada biti bilo svih usluga uslove skladu vaših gde nego nam samo zahtev ukoliko lica ličnosti",
	"hu": "a az és hogy nem egy is vagy meg azt ha csak valamint által személyes adatok adatkezelés felhasználó ezt de kell amely illetve szerint lehet más van ezen minden sem kapcsolatos adatai során mely általános ennek esetén jogosult után való lesz szolgáltatás ön",
	"ro": "și de la în cu pe nu care pentru sau este din prin dumneavoastră sunt ale să a al o un ce le se mai dvs acest această datele date cu caracter personal dacă către fi noastre poate orice ca lor noi între atunci avem prelucrarea aceste vor privind utilizatorul",
	"et": "ja on ei et või see kui ka oma mis meie teie selle võib isikuandmete andmed kasutada nende kes ning mida isikuandmeid andmeid seda tema nii vastavalt olla mitte teenuse kasutaja siis teil alates sellest ega kuid sest õigus töötlemise lepingu tingimused meil teenuste kohta",
	"lv": "un ir ar no kas par vai uz lai ka to jūsu mēs tiek personas datu savu kā pēc šī šo ne pie arī ja var datus tās mūsu izmantot tikai gan jums informāciju lietotājs dati pakalpojumu noteikumi līguma saskaņā nav būt viņa citu šajā apstrādes tiesības kuras",
	"lt": "ir yra su kad kai jūsų mes bei arba į iš tai už dėl duomenų asmens šios kaip apie gali ne mūsų savo jei šių taip pat pagal tik kurie duomenis būti turi jums nuo naudotojas paslaugų po tokiu bus šioje iki jų sutarties kurių kitų teisę naudoti šis",
	"ca": "i els les de que en per amb una del la al no es seva dels o vostra el un són pot ser dades aquest aquesta aquestes aquests més com si d'aquest l'usuari els seus les seves també fins quan sobre nostra nostre qualsevol ens serveis què ha a dins lloc",
	"gl": "o a os as de e que en para con por seu unha do da dos das non se ou nosos ao un é no na como máis súa seus súas pode ser noso nosa esta este datos son á polo pola calquera cando tamén sobre dos seus usuarios deste dunha aos nas",
	"mt": "li u ta' il-  għal dan fuq minn jew ma' huwa hija tagħna tiegħek inti aħna mhux jekk kif biex ikun jistgħu tista' dawn dik kull bħal wara għandna data personali tagħhom meta f'dan is-servizz permezz lil tal- fil- mill- għall- dwar użu aktar",
	"ga": "an na agus ar le do i is go a sin atá ag nó chun faoi seo nach sonraí seirbhís ó a bhfuil seirbhísí againn leat tú sinn ní bheidh má féidir inár bhfuil úsáid gach aon ionas pearsanta bhaineann againn é nuair níos leis den dár tá",
	"is": "og að í á er til sem við um ekki af þú með eða fyrir þínar það hefur við þetta verið eru frá þess þær þegar okkar þínum persónuupplýsingar einnig geta verður getur þessi skal hvernig upplýsingar sé ef hjá þessum samkvæmt þjónustu vera",
	"tr": "ve bir bu için ile olarak veya da de kişisel tarafından olan her gibi daha ise en ne verilerin veri kadar sizin hakkında olduğu üzere söz konusu kullanım gerekli tüm bilgi verileriniz kullanıcı ancak üzerinden hizmet şekilde göre size bize sonra değil mi çerezler kapsamında",
	"id": "dan yang di untuk dengan dari pada kami anda atau ini tidak dapat adalah akan oleh data pribadi layanan dalam kepada informasi jika pengguna karena bisa telah sebagai itu juga lain seperti setiap tersebut kebijakan melalui ketentuan mungkin hanya ke harus saat tanpa terhadap apabila situs",
	"ms": "dan yang di untuk dengan daripada pada kami anda atau ini tidak boleh adalah akan oleh data peribadi perkhidmatan dalam kepada maklumat jika pengguna kerana telah sebagai itu juga lain seperti setiap tersebut dasar melalui terma mungkin hanya ke mesti apabila tanpa terhadap sekiranya laman sebarang hendaklah ialah kepada",
	"vi": "và của các cho là được trong không với có này người những để một khi bạn chúng tôi thông tin dịch vụ hoặc theo từ đến việc cá nhân sử dụng dữ liệu về bất kỳ trên tại cung cấp quyền quy định điều khoản chính sách nếu sẽ bởi phải",
	"sq": "dhe të e në që për me një është nga nuk se i ose më ju ne si do të jenë mund tuaja personale dhënat këtë kjo tuaj janë nëse duke cila juve tonë shërbimet përdorimi juaj ka kur",
	"eu": "eta da ez du bat dira edo ere izan dituzte bere honek datu pertsonalak zure gure datuak egin dugu behar duen dela hau dezake erabiltzaileak webgune baldintza ditu honetan zerbitzu arabera",
}

// distinctiveLetters maps letters to the few languages in Latin script that use them.
var distinctiveLetters = map[rune]string{
	'ß': "de", 'ä': "de sv fi et sk", 'ö': "de sv fi et tr hu is", 'ü': "de tr et hu", 'å': "sv da no", 'æ': "da no is", 'ø': "da no",
	'ł': "pl", 'ą': "pl lt", 'ę': "pl lt", 'ś': "pl", 'ź': "pl", 'ż': "pl mt", 'ć': "pl hr sr", 'ń': "pl",
	'ř': "cs", 'ě': "cs", 'ů': "cs", 'ľ': "sk", 'ĺ': "sk", 'ŕ': "sk", 'ô': "sk fr", 'ť': "sk cs", 'ď': "sk cs",
	'č': "cs sk sl hr sr lt lv", 'š': "cs sk sl hr sr lt lv et", 'ž': "cs sk sl hr sr lt lv et", 'đ': "hr sr vi",
	'ő': "hu", 'ű': "hu", 'ă': "ro vi", 'ș': "ro", 'ț': "ro", 'ş': "tr ro", 'ţ': "ro", 'î': "ro fr", 'ğ': "tr", 'ı': "tr",
	'ā': "lv", 'ē': "lv", 'ī': "lv", 'ū': "lv lt", 'ņ': "lv", 'ļ': "lv", 'ķ': "lv", 'ģ': "lv", 'ė': "lt", 'ų': "lt", 'į': "lt",
	'õ': "pt et", 'ã': "pt vi", 'ñ': "es gl eu", '¿': "es", 'ç': "fr pt tr ca sq", 'ë': "sq", 'œ': "fr", 'ù': "fr it vi", 'ì': "it vi", 'ò': "it ca vi", 'è': "it fr ca", 'ê': "fr pt vi",
	'ħ': "mt", 'ġ': "mt", 'ċ': "mt", 'þ': "is", 'ð': "is", 'ý': "cs sk is vi", '·': "ca",
	'ơ': "vi", 'ư': "vi", 'ạ': "vi", 'ế': "vi", 'ộ': "vi", 'ề': "vi", 'ấ': "vi", 'ị': "vi", 'ả': "vi",
}

// letterWeight is the weight of a distinctive letter. The weight of a word is 1.
const letterWeight = 0.8

// scriptLanguage lists the letters and words that distinguish a language in its script.
type scriptLanguage struct{ letters, words string }

// cyrillicLanguages lists the languages in Cyrillic script.
var cyrillicLanguages = map[string]scriptLanguage{
	"ru": {"ыэё", "и в не на что с по для как от или вы мы при о к из это ваши его если может быть данных услуг также все любые"},
	"uk": {"іїєґ", "і в не на що з по для як від або ви ми при про до із це ваші його якщо може бути даних послуг також всі та у"},
	"bg": {"ъ", "и в не на че с по за как от или вие ние при за към из това вашите ако може да са се данни услуги също всички до със която които ще"},
	"sr": {"јљњђћџ", "и у не на да са по за као од или ви ми при о ка из ово ваше његов ако може бити података услуга такође све се су"},
	"mk": {"ѓќѕј", "и во не на дека со по за како од или вие ние при до из ова вашите ако може да се податоци услуги исто сите"},
	"be": {"ўі", "і ў не на што з па для як ад або вы мы пры да гэта вашы калі можа быць даных таксама усе"},
}

// arabicLanguages lists the languages in Arabic script.
var arabicLanguages = map[string]scriptLanguage{
	"ar": {"ةىإؤ", "في من على إلى أو التي هذا هذه عن مع أن لا ما ذلك"},
	"fa": {"پچژگی", "و در به از که این را با است برای یا می شما ما های"},
	"ur": {"ٹڈڑےہں", "کے کی میں اور سے کا کو ہے یہ کر ہیں آپ پر"},
}

// vote is the weight of a word or letter for the language at an index of scoreTables.languages.
type vote struct {
	language int
	weight   float64
}

// scoreTables indexes the lists above for lookup.
type scoreTables struct {
	languages               []string
	words                   map[string][]vote
	latin, cyrillic, arabic map[rune][]vote // by letter
}

var loadTables = sync.OnceValue(func() *scoreTables {
	t := &scoreTables{words: map[string][]vote{}, latin: map[rune][]vote{}}
	t.addWords(commonWords)
	for r, list := range distinctiveLetters {
		t.latin[r] = t.splitWeight(strings.Fields(list), letterWeight)
	}
	t.cyrillic, t.arabic = t.addScript(cyrillicLanguages), t.addScript(arabicLanguages)
	return t
})

// splitWeight divides a weight evenly among languages.
func (t *scoreTables) splitWeight(languages []string, weight float64) []vote {
	var votes []vote
	for _, l := range languages {
		i := slices.Index(t.languages, l)
		if i < 0 {
			i = len(t.languages)
			t.languages = append(t.languages, l)
		}
		votes = append(votes, vote{i, weight / float64(len(languages))})
	}
	return votes
}

func (t *scoreTables) addWords(lists map[string]string) {
	owners := map[string][]string{}
	for language, list := range lists {
		for _, w := range strings.Fields(list) {
			if !slices.Contains(owners[w], language) {
				owners[w] = append(owners[w], language)
			}
		}
	}
	for w, languages := range owners {
		t.words[w] = append(t.words[w], t.splitWeight(languages, 1)...)
	}
}

// addScript adds the words of the languages of a script. It returns the votes of their letters.
func (t *scoreTables) addScript(table map[string]scriptLanguage) map[rune][]vote {
	lists, owners := map[string]string{}, map[rune][]string{}
	for l, s := range table {
		lists[l] = s.words
		for _, r := range s.letters {
			owners[r] = append(owners[r], l)
		}
	}
	t.addWords(lists)
	m := map[rune][]vote{}
	for r, languages := range owners {
		m[r] = t.splitWeight(languages, 1)
	}
	return m
}
