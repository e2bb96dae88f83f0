package charset

import (
	"strings"
	"testing"
)

// samples are sentences of legal texts in the languages of the legacy encodings.
var samples = map[string]string{
	"ru": "Настоящая политика определяет, какие персональные данные мы обрабатываем и как долго храним.",
	"uk": "Ця політика пояснює, які персональні дані ми збираємо, навіщо їх використовуємо і кому передаємо.",
	"bg": "Тази политика обяснява какви лични данни събираме, защо ги използваме и колко дълго ги пазим.",
	"sr": "Ова политика објашњава које податке прикупљамо, зашто их користимо и колико дуго их чувамо.",
	"pl": "Niniejsza polityka wyjaśnia, jakie dane osobowe zbieramy, dlaczego je przetwarzamy i jak długo są przechowywane. Możesz zażądać usunięcia.",
	"cs": "Tyto zásady vysvětlují, jaké osobní údaje shromažďujeme, proč je používáme a jak dlouho je uchováváme.",
	"hu": "Ez a tájékoztató ismerteti, milyen személyes adatokat gyűjtünk, miért kezeljük azokat, és meddig őrizzük meg.",
	"ro": "Această politică explică ce date cu caracter personal colectăm, de ce le folosim și cât timp le păstrăm în siguranță.",
	"el": "Η παρούσα πολιτική εξηγεί ποια προσωπικά δεδομένα συλλέγουμε, γιατί τα χρησιμοποιούμε και για πόσο χρόνο.",
	"tr": "Bu politika hangi kişisel verileri topladığımızı, neden işlediğimizi ve ne kadar süreyle sakladığımızı açıklar.",
	"he": "מדיניות זו מסבירה אילו נתונים אישיים אנו אוספים, מדוע אנו משתמשים בהם וכמה זמן אנו שומרים אותם.",
	"ar": "توضح هذه السياسة البيانات الشخصية التي نجمعها ولماذا نستخدمها والمدة التي نحتفظ بها.",
	"lt": "Šioje politikoje paaiškinama, kokius asmens duomenis renkame, kodėl juos naudojame ir kiek laiko saugome įrašus.",
	"th": "นโยบายนี้อธิบายว่าเราเก็บรวบรวมข้อมูลส่วนบุคคลใด เหตุใดเราจึงใช้ และเราเก็บรักษาไว้นานเท่าใด",
	"ja": "本方針では、当社が収集する個人情報、その利用目的および保存期間について説明します。",
	"zh": "本政策说明我们收集哪些个人信息、为什么使用这些信息以及保存多长时间。",
	"tw": "本政策說明我們收集哪些個人資料、為什麼使用這些資料以及保存多長時間。",
	"ko": "이 방침은 회사가 수집하는 개인정보, 이용 목적 및 보유 기간을 설명합니다.",
	"fr": "Cette politique précise quelles données à caractère personnel sont collectées et à qui elles sont communiquées, même après la clôture.",
	"de": "Diese Erklärung erläutert, welche Daten wir für welche Zwecke verarbeiten und wann wir sie löschen müssen.",
	"es": "Esta política explica qué datos recopilamos, por qué los utilizamos y durante cuántos años se conservarán según la legislación española.",
	"pt": "Esta política explica que informações são recolhidas, a quem são transmitidas e até quando serão conservadas.",
	"sv": "Denna policy förklarar vilka uppgifter vi samlar in, varför vi använder dem och hur länge vi sparar dem på våra servrar.",
	"da": "Denne politik forklarer, hvilke oplysninger vi indsamler, hvorfor vi bruger dem, og hvor længe vi gemmer dem på vores servere.",
}

func TestUndeclaredLegacyEncodingsAreDetected(t *testing.T) {
	t.Parallel()
	for encoding, languages := range map[string]string{
		"windows-1251": "ru uk bg sr", "koi8-r": "ru", "koi8-u": "uk", "iso-8859-5": "ru", "windows-1250": "pl cs hu", "iso-8859-2": "pl cs hu",
		"windows-1253": "el", "windows-1254": "tr", "windows-1255": "he", "windows-1256": "ar", "windows-1257": "lt", "windows-874": "th",
		"shift_jis": "ja", "euc-jp": "ja", "gbk": "zh", "gb18030": "zh", "big5": "tw", "euc-kr": "ko", "windows-1252": "fr de es pt sv da",
	} {
		for language := range strings.FieldsSeq(languages) {
			page := "<!DOCTYPE html><title>Harbour</title><p>" + samples[language] + "</p>"
			if got := string(ToUTF8(encode(t, encoding, page), "text/html")); got != page {
				t.Errorf("%s in %s is read as %q", language, encoding, got)
			}
		}
	}
}

func TestFewCharactersAreReadInTheEncodingOfTheWest(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"© 2024 Harbour", "Harbour® – “the service”", "Café", "• one • two · three §§ 4, 5", "Price: 5 € or 4 £", "Harbour’s terms, don’t copy",
		"Terms **“Service”**, the **“Customer”** and **“Harbour”**", "naïve café in Zürich",
	} {
		page := "<p>" + strings.Repeat("We process data. ", 20) + text + "</p>"
		if got := string(ToUTF8(encode(t, "windows-1252", page), "")); got != page {
			t.Errorf("%q is read as %q", text, got[max(0, len(got)-60):])
		}
	}
}

func TestDeclaredEncodingsOverrideTheDetector(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ encoding, contentType, head string }{
		"XML declaration":                    {"windows-1251", "text/html", `<?xml version="1.0" encoding="windows-1251"?>`},
		"XML declaration in single quotes":   {"koi8-r", "text/html", "\n<?xml version='1.0' encoding = 'KOI8-R' ?>"},
		"meta element after XML declaration": {"koi8-r", "", `<?xml version="1.0" encoding="windows-1251"?><meta charset=koi8-r>`},
		"XML declaration of UTF-16":          {"utf-8", "", `<?xml version="1.0" encoding="UTF-16"?>`},
		"wrong header of UTF-8":              {"windows-1251", "text/html; charset=utf-8", "<p>"},
		"wrong meta element of UTF-8":        {"windows-1251", "", "<meta charset=utf-8>"},
		"wrong header, right meta element":   {"iso-8859-5", "text/html; charset=utf-8", "<meta charset=iso-8859-5>"},
		"UTF-16 without a mark":              {"utf-16le", "", "<html>"},
		"UTF-16 of the other order":          {"utf-16be", "", "<p lang=ru>"},
		"undeclared ISO-2022-JP":             {"iso-2022-jp", "", "<p>"},
	} {
		text := "Персональные данные"
		if c.encoding == "iso-2022-jp" {
			text = samples["ja"]
		}
		if got := string(ToUTF8(encode(t, c.encoding, c.head+text), c.contentType)); got != c.head+text {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func BenchmarkUndeclaredLegacyEncoding(b *testing.B) {
	page := []byte(strings.Repeat("<p>\xcf\xee\xeb\xe8\xf2\xe8\xea\xe0 \xea\xee\xed\xf4\xe8\xe4\xe5\xed\xf6\xe8\xe0\xeb\xfc\xed\xee\xf1\xf2\xe8</p>", 2000))
	for b.Loop() {
		ToUTF8(page, "")
	}
}
