package classify

import (
	"strings"

	"github.com/clausea/crawler/internal/document/plain"
)

// legalWords are word beginnings that are frequent in legal texts and rare
// elsewhere, in the languages that are read.
var legalWords = strings.Fields(`
	privacy personal consent liabilit warrant terms agreement herein hereby pursuant notwithstanding indemnif arbitrat governing jurisdiction
	copyright infring processor controller cookie gdpr applicable termination terminate obligation shall rights lawful disclos retention
	provisions prohibited violat comply complian statutory law laws legal liable disclaim license licence intellectual trademark third-party
	datenschutz personenbezogen verarbeitung einwilligung haftung gewährleistung gemäß dsgvo vertrag widerruf anspruch rechtsgrundlage nutzungs impressum
	données personnelles confidentialité conformément responsabilité conditions traitement contrat droit présentes
	datos personales tratamiento responsable consentimiento condiciones derechos contrato responsabilidad legislación usuario
	dati personali trattamento titolare consenso condizioni diritti contratto responsabilità
	dados pessoais tratamento consentimento condições direitos contrato responsabilidade
	persoonsgegevens verwerking toestemming voorwaarden aansprakelijkheid overeenkomst rechten
	danych osobowych przetwarzanie zgoda odpowiedzialność umowa regulamin prawa
	personuppgifter behandling samtycke villkor ansvar avtal personopplysninger personoplysninger
	персональных данных согласие соглашение обработк`)

var legalWide = strings.Fields(`隐私 个人信息 条款 协议 责任 权利 法律 用户 隱私 個人資料 プライバシー 個人情報 規約 責任 権利 利用者 同意 개인정보 약관 책임 동의`)

// legalShare is the share of a text's words that are legal ones, over its first
// 4,000 words.
func legalShare(text string) float64 {
	if len(text) > 32_000 {
		text = strings.ToValidUTF8(text[:32_000], "")
	}
	fields := strings.Fields(strings.ToLower(text))
	if len(fields) > 4000 {
		fields = fields[:4000]
	}
	hits := 0
	for _, f := range fields {
		f = strings.Trim(f, `.,;:()"'“”„«»`)
		if len(f) < 3 {
			continue
		}
		for _, w := range legalByLetter[f[0]] {
			if strings.HasPrefix(f, w) {
				hits++
				break
			}
		}
	}
	wide := 0
	for _, w := range legalWide {
		wide += strings.Count(text, w)
	}
	if n := max(len(fields), plain.Count(text)); n > 0 {
		return float64(hits+wide) / float64(n)
	}
	return 0
}

var legalByLetter = func() (t [256][]string) {
	for _, w := range legalWords {
		t[w[0]] = append(t[w[0]], w)
	}
	return
}()

// bodyType is the name that a text's own words suggest.
func bodyType(text string) string {
	t := strings.ToLower(text[:min(len(text), 12_000)])
	privacy := strings.Count(t, "personal data") + strings.Count(t, "personal information") + strings.Count(t, "personenbezogen") +
		strings.Count(t, "données personnelles") + strings.Count(t, "données à caractère personnel") + strings.Count(t, "datos personales") + strings.Count(t, "dati personali") + strings.Count(t, "个人信息") + strings.Count(t, "個人情報")
	cookies := strings.Count(t, "cookie")
	terms := strings.Count(t, "agreement") + strings.Count(t, "these terms") + strings.Count(t, "liab") + strings.Count(t, "conditions") + strings.Count(t, "nutzungsbedingungen")
	switch {
	case cookies > 15 && cookies > privacy*2:
		return "cookie policy"
	case privacy > 5 && privacy > terms:
		return "privacy policy"
	case terms > 8:
		return "terms of service"
	}
	return ""
}
