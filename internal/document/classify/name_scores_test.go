package classify

import (
	"testing"

	"github.com/clausea/crawler/internal/document/doctype"
)

func TestTitleNamesTheTypeInManyLanguages(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Acme Privacy Policy": doctype.PrivacyPolicy, "Politique de confidentialité | Acme": doctype.PrivacyPolicy, "Charte de protection des données personnelles": doctype.PrivacyPolicy,
		"Datenschutzerklärung – Acme": doctype.PrivacyPolicy, "Política de Privacidad": doctype.PrivacyPolicy, "Informativa sulla privacy": doctype.PrivacyPolicy,
		"Política de Privacidade": doctype.PrivacyPolicy, "Privacyverklaring": doctype.PrivacyPolicy, "Polityka prywatności": doctype.PrivacyPolicy, "Integritetspolicy": doctype.PrivacyPolicy,
		"Privatlivspolitik": doctype.PrivacyPolicy, "Tietosuojaseloste": doctype.PrivacyPolicy, "隐私政策": doctype.PrivacyPolicy, "プライバシーポリシー": doctype.PrivacyPolicy,
		"개인정보처리방침": doctype.PrivacyPolicy, "Политика конфиденциальности": doctype.PrivacyPolicy, "Gizlilik Politikası": doctype.PrivacyPolicy, "Πολιτική απορρήτου": doctype.PrivacyPolicy,
		"Adatvédelmi tájékoztató": doctype.PrivacyPolicy, "سياسة الخصوصية": doctype.PrivacyPolicy, "Privacy and Cookie Policy": doctype.PrivacyPolicy,

		"Terms of Service": doctype.TermsOfService, "Conditions générales d’utilisation": doctype.TermsOfService, "Nutzungsbedingungen": doctype.TermsOfService,
		"Términos y condiciones de uso": doctype.TermsOfService, "Termini di servizio": doctype.TermsOfService, "Termos de Uso": doctype.TermsOfService, "Gebruiksvoorwaarden": doctype.TermsOfService,
		"Regulamin serwisu": doctype.TermsOfService, "Användarvillkor": doctype.TermsOfService, "Käyttöehdot": doctype.TermsOfService, "用户服务协议": doctype.TermsOfService,
		"利用規約": doctype.TermsOfService, "이용약관": doctype.TermsOfService, "Пользовательское соглашение": doctype.TermsOfService, "Allgemeine Geschäftsbedingungen (AGB)": doctype.TermsOfService,
		"Terms & Conditions": doctype.TermsOfService,

		"Cookie Notice": doctype.CookiePolicy, "Politique relative aux cookies": doctype.CookiePolicy, "Cookie-Richtlinie": doctype.CookiePolicy, "Polityka plików cookies": doctype.CookiePolicy,
		"Evästekäytännöt": doctype.CookiePolicy, "クッキーポリシー": doctype.CookiePolicy,

		"Conditions Générales de Vente": doctype.ConditionsSale, "CGV": doctype.ConditionsSale, "Terms of Sale": doctype.ConditionsSale, "Condizioni generali di vendita": doctype.ConditionsSale,
		"Algemene verkoopvoorwaarden": doctype.ConditionsSale, "Regulamin sklepu internetowego": doctype.ConditionsSale, "Köpvillkor": doctype.ConditionsSale, "販売規約": doctype.ConditionsSale,

		"General Conditions of Carriage": doctype.Carriage, "Conditions générales de transport": doctype.Carriage, "Allgemeine Beförderungsbedingungen": doctype.Carriage,
		"Condizioni generali di trasporto": doctype.Carriage, "旅客運送約款": doctype.Carriage,

		"Return & Refund Policy": doctype.Refund, "Widerrufsbelehrung": doctype.Refund, "Política de devoluciones": doctype.Refund, "Retourbeleid": doctype.Refund,
		"Mentions légales": doctype.Imprint, "Impressum": doctype.Imprint, "Aviso legal": doctype.Imprint, "Note legali": doctype.Imprint, "Colofon": doctype.Imprint, "特定商取引法に基づく表記": doctype.Imprint,
		"Data Processing Addendum": doctype.DPA, "Vertrag zur Auftragsverarbeitung": doctype.DPA, "Accord de traitement des données": doctype.DPA, "Verwerkersovereenkomst": doctype.DPA,
		"List of Sub-processors": doctype.Subprocessors, "Unterauftragsverarbeiter": doctype.Subprocessors, "Sous-traitants ultérieurs": doctype.Subprocessors,
		"Acceptable Use Policy": doctype.AcceptableUse, "Politique d’utilisation acceptable": doctype.AcceptableUse, "Política de uso aceptable": doctype.AcceptableUse,
		"Community Guidelines": doctype.Community, "Règles de la communauté": doctype.Community, "Verhaltenskodex": doctype.Community, "社区准则": doctype.Community, "コミュニティガイドライン": doctype.Community,
		"DMCA Policy": doctype.Copyright, "Copyright Infringement Policy": doctype.Copyright, "Droits d’auteur": doctype.Copyright, "版权政策": doctype.Copyright,
		"Children’s Privacy Policy": doctype.Children, "California Privacy Notice": doctype.RegionalPrivacy, "U.S. State Privacy Notice": doctype.RegionalPrivacy, "Do Not Sell My Personal Information": doctype.RegionalPrivacy,
		"Responsible Disclosure Policy": doctype.Security, "Divulgation des vulnérabilités": doctype.Security, "Informationssicherheitsrichtlinie": doctype.Security,
		"Service Level Agreement (SLA)": doctype.SLA, "Acuerdo de nivel de servicio": doctype.SLA, "API Terms of Use": doctype.Developer, "Developer Policy": doctype.Developer,
		"Master Services Agreement": doctype.Commercial, "Affiliate Program Terms": doctype.Commercial, "Conditions générales professionnels": doctype.Commercial,
		"End User License Agreement": doctype.EULA, "Contrat de licence utilisateur final": doctype.EULA, "Lizenzvertrag": doctype.EULA,
		"Generative AI Terms of Service": doctype.AITerms, "Accessibility Statement": doctype.Accessibility, "Déclaration d’accessibilité": doctype.Accessibility, "Erklärung zur Barrierefreiheit": doctype.Accessibility,
		"Advertising Guidelines": doctype.Advertising, "Règles publicitaires": doctype.Advertising, "Monetization Policies": doctype.Monetisation, "Seller Agreement": doctype.Sellers,
		"Conditions générales vendeurs": doctype.Sellers, "Platform-to-Business Notice": doctype.P2B, "How search results work": doctype.Ranking, "Paramètres de classement": doctype.Ranking,
		"Law Enforcement Guidelines": doctype.LawEnforcement, "Demandes des autorités": doctype.LawEnforcement, "Brand Guidelines": doctype.Brand, "Markenrichtlinien": doctype.Brand,
		"Complaints Procedure": doctype.Complaints, "Klachtenregeling": doctype.Complaints, "Modern Slavery Statement": doctype.HumanRights, "Limited Warranty": doctype.OtherLegal, "Haftungsausschluss": doctype.OtherLegal,

		"Ten recipes for a rainy day": "", "Contact": doctype.Other, "": "",
	} {
		n, _ := defaultLexicon().scoreTitle(title, nil)
		if got := highestType(n); got != want {
			t.Errorf("%q: got %q with score %.2f, want %q", title, got, n.highest(), want)
		}
	}
}

func TestURLNamesTheType(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://example.com/privacy-policy": doctype.PrivacyPolicy, "https://example.com/legal/privacy/en": doctype.PrivacyPolicy, "https://example.com/PrivacyPolicy.aspx": doctype.PrivacyPolicy,
		"https://example.com/privacypolicy2023.html": doctype.PrivacyPolicy, "https://example.com/legal/TermsAndConditions": doctype.TermsOfService, "https://example.com/tos": doctype.TermsOfService,
		"https://example.com/api/terms": doctype.Developer, "https://example.com/terms/api": doctype.Developer, "https://example.com/de/impressum/": doctype.Imprint, "https://example.fr/mentions-legales": doctype.Imprint,
		"https://example.fr/cgv.php": doctype.ConditionsSale, "https://example.com/legal/terms-of-sale": doctype.ConditionsSale, "https://example.com/legal/dpa": doctype.DPA,
		"https://example.com/seller/terms": doctype.Sellers, "https://example.com/%E9%9A%90%E7%A7%81%E6%94%BF%E7%AD%96": doctype.PrivacyPolicy,
		"https://example.com/": "", "https://example.com/products/42": "", "": "", "::not a url": "",
	} {
		a, _ := defaultLexicon().scoreURL(url, nil)
		if got := highestType(a.lastSegment); got != want {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
}

func TestNameScoresLowerInALongerTitle(t *testing.T) {
	t.Parallel()
	score := func(title string) float32 {
		n, _ := defaultLexicon().scoreTitle(title, nil)
		return n.highest()
	}
	if alone, inSentence := score("Privacy Policy"), score("Why a privacy policy matters for small shops"); alone <= inSentence || inSentence <= 0 {
		t.Errorf("alone %v, in a sentence %v", alone, inSentence)
	}
	if policy, recipe := score("Cookie Policy"), score("The best cookies in town are baked at home"); recipe >= 0.2 || policy <= 0.9 {
		t.Errorf("policy %v, recipe %v", policy, recipe)
	}
}
