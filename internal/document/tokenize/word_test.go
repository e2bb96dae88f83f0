package tokenize

import (
	"strings"
	"testing"
)

func TestWordsAreEqualInAnyNotation(t *testing.T) {
	t.Parallel()
	for _, c := range [][]string{
		{"Users’ rights — “don’t”", "users rights don't", "USERS' RIGHTS: 'Don't'!"},
		{"third-party", "third party", "Third‑Party", "third–party"},
		{"€36,982.92", "36.982,92 €", "EUR 36'982.92", "36982.92€", "EUR 36,982.92"},
		{"5 %", "5%"},
		{"US$5", "USD 5", "5 USD", "US$ 5.00"},
		{"01.02.2024", "1.2.2024"},
		{"ﬁnal", "final"},
		{"Ｐｒｉｖａｃｙ１２", "privacy12"},
		{"٢٠٢٤", "2024"},
		{"Σας", "ΣΑΣ"},
		{"a\t✓", "a\t✔"},
		{"✓ included", "included", "➔ included"},
		{"note¹", "note"}, {"data² and", "data and"}, {"20 m²", "20 m2"},
		{">= 10", "≥10"}, {"5-10%", "5 - 10%", "5 -10%", "5–10 %"}, {"−5%", "-5%"}, {"a < b", "a b"},
		{"info@example.com", "INFO@Example.com", "moc.elpmaxe@ofni"},
		{"ID 123e4567-e89b-12d3-a456-426614174000", "ID 00000000-e89b-12d3-a456-426614174999"},
		{"Read more →", "Read more", "← Read more"}, {"Back to top ↑", "Back to top"}, {"Details ▼ of it", "Details of it"}, {"−5 °C", "-5 °C", "–5 °C"}, {"pages 5 – 7", "pages 5 -7"},
		{"Ray 8f2b3c4d5e6f7a8b", "Ray 0a2b3c4d5e6f7a8c"},
	} {
		want := string(Fold(nil, c[0]))
		for _, other := range c[1:] {
			if got := string(Fold(nil, other)); got != want {
				t.Errorf("%q gives %q, and %q gives %q", c[0], want, other, got)
			}
		}
	}
}

func TestWordsDifferWhereTheirMeaningDiffers(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"1.5 %", "15 %"}, {"1-5 days", "15 days"}, {"$5", "€5"}, {"5%", "5"}, {"18+", "18"}, {"1.2.2024", "1.2.2025"}, {"4.2", "4.3"},
		{"a\t✓", "a\t✗"}, {"< 13", "> 13"}, {"résumé", "resume"}, {"a@example.com", "b@example.com"}, {"½", "¼"}, {"1,500", "1.5"},
		{"0xdAC17F958D2ee523a2206206994597C13D831ec7", "0xdAC17F958D2ee523a2206206994597C13D831ec8"}, {"个人信息", "个人消息"}, {"> $100", "< $100"}, {">= 10", "<= 10"}, {"≥10", "≤10"}, {"up to +5%", "up to -5%"}, {"(−5 %)", "(+5 %)"}, {"-5%", "5%"},
		{"✓ Names", "✗ Names"}, {"We sell names: ✓", "We sell names: ✘"}, {"✔ Names", "❌ Names"}, {"EU → US", "EU ← US"}, {"EU -> US", "EU <- US"}, {"EU => US", "EU <= US"}, {"👍 Names", "👎 Names"}, {"🟢 sold", "🔴 sold"}, {"EU → US", "EU ↔ US"}, {"↑ 5 cases", "↓ 5 cases"}, {"a\t→", "a\t←"},
		{"of -5 degrees", "of 5 degrees"}, {"−5 °C", "5 °C"}, {"a credit of −€10", "a credit of €10"}, {"€-10", "€10"}, {"§ 5", "§ 6"}, {"§5(2)", "§5(3)"}, {"≠ 5", "= 5"},
		{"☑ we sell it", "☐ we sell it"}, {"☒ Yes ☐ No", "☐ Yes ☒ No"}, {"20 m²", "20 m³"}, {"20m²", "20m³"}, {"DE89370400440532013000", "DE89370400440532013001"},
	} {
		if x, y := string(Fold(nil, c[0])), string(Fold(nil, c[1])); x == y {
			t.Errorf("%q and %q both give %q", c[0], c[1], x)
		}
	}
}

func BenchmarkWords(b *testing.B) {
	text := strings.Repeat("We keep your personal data for as long as needed, and no longer than 3 years. ", 1700)
	b.SetBytes(int64(len(text)))
	var ws []Word
	for b.Loop() {
		ws = Words(ws[:0], text)
	}
}
