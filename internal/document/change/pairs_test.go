package change

import (
	"slices"
	"strings"
	"testing"
)

// samplePolicy is a document that is long enough to be lost.
const samplePolicy = `# Privacy Policy

Last updated: 3 March 2024

## What we collect

We collect the personal data that you give us when you open an account: your name, your e-mail address and your telephone number.

## Retention

We keep personal data for three years after you close your account, unless the law obliges us to keep it longer.

## Contact

Write to privacy@example.com or to our office in Springfield, and we answer within thirty days.`

// policyWith returns samplePolicy with one text replaced.
func policyWith(from, to string) string {
	if !strings.Contains(samplePolicy, from) {
		panic(from)
	}
	return strings.Replace(samplePolicy, from, to, 1)
}

// sampleParagraph is a paragraph of prose.
const sampleParagraph = "You may write to us at any time about any of this, and we answer as soon as we can."

// policyCollecting returns samplePolicy with a list of collected data, including the
// given items.
func policyCollecting(more ...string) string {
	list := "\n- Name and postal address"
	for _, item := range more {
		list += "\n- " + item
	}
	return strings.Replace(samplePolicy, "\n\n## Retention", "\n\n### Information we collect\n"+list+"\n- Device\n- Payment history\n\n## Retention", 1)
}

// sharingTable returns a table of data uses with the given cells in one row.
func sharingTable(sold, shared string) string {
	return "## Categories\n\n| Data | Sold | Shared |\n|---|---|---|\n| Names | ✓ | ✓ |\n| Ads | " + sold + " | " + shared + " |"
}

func labels(l ...Label) []Label { return l }

// textPair is a case of TestPairsGetTheExpectedKindAndLabels.
type textPair struct {
	name     string
	old, cur string
	kind     Kind
	labels   []Label
}

// pairs are the cases that Compare must distinguish. labels are the labels of the change.
var pairs = []textPair{
	// No change, or only an insignificant one.
	{"identical texts", samplePolicy, samplePolicy, KindNone, nil},
	{"different Markdown marks", samplePolicy, strings.NewReplacer("# ", "#### ", "personal data", "**personal data**").Replace(samplePolicy), KindNone, nil},
	{"different white space", samplePolicy, strings.NewReplacer(" ", "  ", "\n\n", "\n\n\n \n").Replace(samplePolicy), KindNone, nil},
	{"different line wrapping", samplePolicy, strings.ReplaceAll(samplePolicy, ", ", ",\n"), KindNone, nil},
	{"invisible character", samplePolicy, policyWith("personal data", "per\u00adsonal\u200b data"), KindNone, nil},
	{"link's target", "See [our terms](https://example.com/a).", "See [our terms](https://example.com/b?session=1).", KindNone, nil},
	{"text becomes a link", "See our terms.", "See [our terms](https://example.com).", KindNone, nil},
	{"image", "![logo](a.png)\n\nWe sell shoes.", "![other](b.png)\n\nWe sell shoes.", KindNone, nil},
	{"case of a heading", samplePolicy, policyWith("## Retention", "## RETENTION"), KindCosmetic, nil},
	{"typographic quotes and dashes", `We don't "sell" data - ever.`, `We don’t “sell” data — ever.`, KindCosmetic, nil},
	{"guillemets", `Les « données » de l'utilisateur`, `Les "données" de l’utilisateur`, KindCosmetic, nil},
	{"hyphen", "Our third party partners and e-mail", "Our third-party partners and email", KindCosmetic, nil},
	{"number format", "A fine of €36,982.92 is due.", "A fine of 36 982,92 € is due.", KindCosmetic, nil},
	{"position of a currency", "Es kostet EUR 1.000 im Jahr.", "Es kostet 1000,00 € im Jahr.", KindCosmetic, nil},
	{"space before a percent sign", "5% des Umsatzes", "5 % des Umsatzes", KindCosmetic, nil},
	{"telephone number format", "Call +1 555 123 4567 now.", "Call +1 (555) 1234567 now.", KindCosmetic, nil},
	{"copyright year", samplePolicy + "\n\n© 2023 Example", samplePolicy + "\n\n© 2024 Example", KindNone, nil},
	{"range of copyright years", samplePolicy + "\n\nCopyright 2010-2023 Example", samplePolicy + "\n\nCopyright 2010–2024 Example", KindNone, nil},
	{"bullet characters", "- one thing\n- another", "* one thing\n* another", KindNone, nil},
	{"bullets become numbers", "- one thing\n- another", "1. one thing\n2. another", KindNone, nil},
	{"format of list numbers", "(a) one thing\n(b) another", "i. one thing\nii. another", KindNone, nil},
	{"missing space after a sentence", "We keep it 1.\n\nA. We sell it.Then we stop", "We keep it 1.\n\nA. We sell it. Then we stop", KindCosmetic, nil},
	{"list numbers on separate lines", "1. one thing\n2. another thing", "1.\n\none thing\n\n2.\n\nanother thing", KindNone, nil},
	{"list numbers in the text", "1. one thing\n2. another thing", "1\\. one thing\n\n2\\. another thing", KindCosmetic, nil},
	{"heading number left to the markup", "## 1. What we do\n\nThis and that.\n\n## 2. What we don't\n\nAll else.", "## What we do\n\nThis and that.\n\n## What we don't\n\nAll else.", KindCosmetic, nil},
	{"reordered list items", "We use:\n\n- names\n- addresses\n- payment data", "We use:\n\n- payment data\n- names\n- addresses", KindCosmetic, nil},
	{"reordered numbered items", "1. names of all\n2. addresses of all", "1. addresses of all\n2. names of all", KindCosmetic, nil},
	{"reordered table rows", "| Cookie | Purpose |\n|---|---|\n| sid | login |\n| _ga | counting |\n| pref | choices |", "| Cookie | Purpose |\n|---|---|\n| pref | choices |\n| sid | login |\n| _ga | counting |", KindCosmetic, nil},
	{"reordered cookies on separate lines", "## Cookies\n\nsid keeps you logged in here\n\n1 year\n\npref keeps your choices here\n\n2 years", "## Cookies\n\npref keeps your choices here\n\n2 years\n\nsid keeps you logged in here\n\n1 year", KindCosmetic, nil},
	{"reordered paragraphs", "## Use\n\nWe use data to help you.\n\nWe use data to bill you.", "## Use\n\nWe use data to bill you.\n\nWe use data to help you.", KindCosmetic, nil},
	{"moved section", "# T\n\n## A\n\nThe first section has words.\n\n## B\n\nThe second has other words.\n\n## C\n\nAnd so has the third.", "# T\n\n## B\n\nThe second has other words.\n\n## C\n\nAnd so has the third.\n\n## A\n\nThe first section has words.", KindCosmetic, nil},
	{"obfuscated e-mail address", samplePolicy, policyWith("privacy@example.com", "[email protected]"), KindCosmetic, nil},
	{"spelled-out e-mail address", samplePolicy, policyWith("privacy@example.com", "privacy (at) example (dot) com"), KindNone, nil},
	{"e-mail address obfuscated by its link", samplePolicy, policyWith("privacy@example.com", "[[email protected]](/cdn-cgi/l/email-protection#6111130817000218210419000c110d044f020e0c)"), KindNone, nil},
	{"e-mail address that needs scripts", samplePolicy, policyWith("privacy@example.com", "This email address is being protected from spambots. You need JavaScript enabled to view it."), KindCosmetic, nil},
	{"German e-mail address that needs scripts", "Schreiben Sie an info@example.de noch heute.", "Schreiben Sie an Diese E-Mail-Adresse ist vor Spambots geschützt! Zur Anzeige muss JavaScript eingeschaltet sein. noch heute.", KindCosmetic, nil},
	{"random identifier", samplePolicy + "\n\nRequest ID: 8f2b3c4d5e6f7a8b", samplePolicy + "\n\nRequest ID: 0a1b2c3d4e5f6a7b", KindCosmetic, nil},
	{"random identifier within a sentence", "Quote case 123e4567-e89b-12d3-a456-426614174000 to us.", "Quote case 99999999-e89b-12d3-a456-426614174000 to us.", KindCosmetic, nil},
	{"time of the last check", samplePolicy + "\n\nLast checked: 1 May 2024, 10:00", samplePolicy + "\n\nLast checked: 2 May 2024, 11:30", KindCosmetic, nil},
	{"German time of the last check", samplePolicy + "\n\nZuletzt geprüft am 01.05.2024", samplePolicy + "\n\nZuletzt geprüft am 02.05.2024", KindCosmetic, nil},
	{"page generation time", samplePolicy + "\n\nPage generated in 0.03 seconds", samplePolicy + "\n\nPage generated in 0.12 seconds", KindCosmetic, nil},
	{"Italian print date", samplePolicy + "\n\nStampato il 3 maggio 2024", samplePolicy + "\n\nStampato il 9 giugno 2024", KindCosmetic, nil},
	{"view counter", "1,204 views\n\n" + samplePolicy, "1,377 views\n\n" + samplePolicy, KindCosmetic, nil},
	{"helpfulness votes", samplePolicy + "\n\n12 out of 20 found this helpful", samplePolicy + "\n\n14 out of 22 found this helpful", KindCosmetic, nil},
	{"relative time of the update", "Updated over 2 weeks ago\n\n" + samplePolicy, "Updated over 3 weeks ago\n\n" + samplePolicy, KindCosmetic, nil},
	{"French relative time of the update", "Mis à jour il y a 2 mois\n\n" + samplePolicy, "Mis à jour il y a 3 mois\n\n" + samplePolicy, KindCosmetic, nil},
	{"language picker", "English\n\nDeutsch\n\nFrançais\n\n" + samplePolicy, "English\n\nDeutsch\n\nFrançais\n\nEspañol (España)\n\n" + samplePolicy, KindCosmetic, nil},
	{"language picker on one line", samplePolicy, "English Deutsch Français Italiano\n\n" + samplePolicy, KindCosmetic, nil},
	{"consent banner", samplePolicy, samplePolicy + "\n\nWe use cookies to operate our services. By clicking \"Accept All\", you consent to our use of cookies.", KindCosmetic, nil},
	{"consent banner with its buttons", samplePolicy, "We value your privacy\n\nWe and our partners store information on your device. You can accept or reject cookies.\n\nAccept all\n\nReject all\n\nManage preferences\n\n" + samplePolicy, KindCosmetic, nil},
	{"German consent banner", samplePolicy, samplePolicy + "\n\nWir verwenden Cookies, um unsere Dienste zu verbessern. Mit Klick auf „Alle akzeptieren“ sind Sie einverstanden.\n\nAlle akzeptieren\n\nAblehnen", KindCosmetic, nil},
	{"French consent banner", samplePolicy, samplePolicy + "\n\nNous utilisons des cookies pour améliorer nos services. Vous pouvez accepter ou refuser.\n\nTout accepter\n\nTout refuser", KindCosmetic, nil},
	{"navigation menu", "[Home](/)\n\n[Shop](/shop)\n\n[About us](/about)\n\n" + samplePolicy, "[Home](/)\n\n[Store](/store)\n\n[Stories](/stories)\n\n[Careers](/jobs)\n\n" + samplePolicy, KindCosmetic, nil},
	{"footer links", samplePolicy, samplePolicy + "\n\nCompany\n\n- [About](/a)\n- [Jobs](/b)\n- [Press](/c)\n- [Legal](/d)", KindCosmetic, nil},
	{"screen reader hint", "Fill out this form.", "Fill out this form (opens in a new window).", KindCosmetic, nil},
	{"dash in an empty cell", sharingTable("", "✓"), sharingTable("–", "✓"), KindCosmetic, nil},
	{"list of page controls", samplePolicy, samplePolicy + "\n\n- Print\n- Share\n- [Download PDF](/a.pdf)", KindCosmetic, nil},
	{"page controls after each section", samplePolicy, strings.ReplaceAll(samplePolicy, "\n\n## ", "\n\n[Back to top](#top)\n\n## "), KindCosmetic, nil},
	{"consent banner without controls", samplePolicy, "This website uses cookies to improve your experience. By continuing to browse the site you agree to our use of cookies.\n\n" + samplePolicy, KindCosmetic, nil},
	{"page controls", samplePolicy, samplePolicy + "\n\nBack to top\n\nWas this article helpful?", KindCosmetic, nil},

	// Significant changes, however small, with their labels.
	{"replaced word", samplePolicy, policyWith("three years", "some years"), KindChange, labels(Retention)},
	{"replaced number", samplePolicy, policyWith("three years", "seven years"), KindChange, labels(Retention, Dates)},
	{"changed day", samplePolicy, policyWith("3 March 2024", "4 March 2024"), KindChange, labels(Dates)},
	{"changed month", samplePolicy, policyWith("3 March 2024", "3 April 2024"), KindChange, labels(Dates)},
	{"German date", "# Datenschutz\n\nStand: 1. Januar 2024\n\nWir verarbeiten Daten.", "# Datenschutz\n\nStand: 1. Februar 2025\n\nWir verarbeiten Daten.", KindChange, labels(Dates)},
	{"day of a date that looks like a list number", "1. Januar 2024", "2. Januar 2024", KindChange, labels(Dates)},
	{"Japanese date", "# 利用規約\n\n最終更新日：2024年1月1日\n\n本規約は重要です。", "# 利用規約\n\n最終更新日：2024年2月1日\n\n本規約は重要です。", KindChange, labels(Dates)},
	{"price", "## Fees\n\nThe plan costs $10 a month.", "## Fees\n\nThe plan costs $12 a month.", KindChange, labels(Price)},
	{"German price", "## Preise\n\nEs kostet 10 € im Monat.", "## Preise\n\nEs kostet 12 € im Monat.", KindChange, labels(Price)},
	{"percentage", "## Commission\n\nWe take 5% of each sale.", "## Commission\n\nWe take 15% of each sale.", KindChange, labels(Price)},
	{"removed decimal point", "We take 1.5% of each sale.", "We take 15% of each sale.", KindChange, labels(Price)},
	{"range becomes a number", "It takes 1-5 days.", "It takes 15 days.", KindChange, labels(Dates)},
	{"added negation", "## Sharing\n\nWe do sell your data.", "## Sharing\n\nWe do not sell your data.", KindChange, labels(Sharing)},
	{"two words exchanged", "We may share. We do not sell.", "We do share. We may not sell.", KindChange, labels(Sharing)},
	{"corrected typo", "## Retention\n\nWe keep personel data.", "## Retention\n\nWe keep personal data.", KindChange, labels(Wording)},
	{"wording only", "## Welcome\n\nThanks for coming here.", "## Welcome\n\nThanks for being here.", KindChange, labels(Wording)},
	{"may becomes must", "## Disputes\n\nYou may use arbitration.", "## Disputes\n\nYou must use arbitration.", KindChange, labels(Disputes)},
	{"item moved to another list", "You may:\n\n- read\n- copy\n\nYou may not:\n\n- sell", "You may:\n\n- read\n\nYou may not:\n\n- copy\n- sell", KindChange, labels(Wording)},
	{"item moved to another section", "## Allowed\n\n- to read it here\n- to copy it here\n\n## Prohibited\n\n- to sell it anywhere", "## Allowed\n\n- to read it here\n\n## Prohibited\n\n- to copy it here\n- to sell it anywhere", KindChange, labels(Wording)},
	{"headings exchanged", "## Allowed\n\n- to read it here and there\n- to copy it here and there\n\n## Prohibited\n\n- to sell it to anybody at all\n- to change it in any way", "## Prohibited\n\n- to read it here and there\n- to copy it here and there\n\n## Allowed\n\n- to sell it to anybody at all\n- to change it in any way", KindChange, labels(Wording)},
	{"answers exchanged", "Do we sell data?\n\nNo\n\nDo we share data?\n\nYes", "Do we sell data?\n\nYes\n\nDo we share data?\n\nNo", KindChange, labels(Sharing)},
	{"cell moved to another row", "| Data | Shared |\n|---|---|\n| names | yes |\n| addresses | no |", "| Data | Shared |\n|---|---|\n| names | no |\n| addresses | yes |", KindChange, labels(Wording)},
	{"cross becomes a check mark", "| Data | Sold |\n|---|---|\n| names | ✗ |\n| photos | ✗ |", "| Data | Sold |\n|---|---|\n| names | ✓ |\n| photos | ✗ |", KindChange, labels(Wording)},
	{"check mark in another column", sharingTable("✓", ""), sharingTable("", "✓"), KindChange, labels(Wording)},
	{"\"yes\" in another column", sharingTable("Yes", ""), sharingTable("", "Yes"), KindChange, labels(Wording)},
	{"check mark exchanged with a dash", sharingTable("✓", "—"), sharingTable("—", "✓"), KindChange, labels(Wording)},
	{"comparison sign reversed", "A customer with > 10 seats pays by invoice.", "A customer with < 10 seats pays by invoice.", KindChange, labels(Price)},
	{"at least becomes at most", "Users aged ≥16 may join us.", "Users aged ≤16 may join us.", KindChange, labels(Wording)},
	{"comparison sign of prices reversed", "Orders > $100 are free of charge here.", "Orders < $100 are free of charge here.", KindChange, labels(Price)},
	{"plus becomes minus", "The price moves by +5% each year.", "The price moves by -5% each year.", KindChange, labels(Price)},
	{"cleared check box", "☑ Share my data with partners of the company", "☐ Share my data with partners of the company", KindChange, labels(Sharing)},
	{"square becomes a cube", "You rent 20 m² of our store.", "You rent 20 m³ of our store.", KindChange, labels(Wording)},
	{"another e-mail address", samplePolicy, policyWith("privacy@example.com", "legal@example.com"), KindChange, labels(Wording)},
	{"new section on arbitration", samplePolicy, samplePolicy + "\n\n## Arbitration\n\nDisputes are settled by binding arbitration, and you waive class actions.", KindChange, labels(Disputes)},
	{"section on rights removed", samplePolicy + "\n\n## Your rights\n\nYou may object to processing and withdraw consent.", samplePolicy, KindChange, labels(DataUse, Rights)},
	{"renamed heading", samplePolicy, policyWith("## Retention", "## How long we keep data"), KindChange, labels(Retention)},
	{"third parties", "## Who sees it\n\nOnly our staff sees your photos.", "## Who sees it\n\nOnly our staff and third parties see your photos.", KindChange, labels(Sharing)},
	{"liability in English", "## Limitation of liability\n\nOur liability is limited to direct loss.", "## Limitation of liability\n\nOur liability is excluded.", KindChange, labels(Liability)},
	{"limit of liability", "## Liability\n\nWe owe at most $100 to you.", "## Liability\n\nWe owe at most $50 to you.", KindChange, labels(Price)},
	{"Speicherdauer", "## Speicherdauer\n\nWir speichern Ihre Daten 12 Monate.", "## Speicherdauer\n\nWir speichern Ihre Daten 24 Monate.", KindChange, labels(Retention, Dates)},
	{"Weitergabe", "## Weitergabe\n\nWir geben nichts an Dritte.", "## Weitergabe\n\nWir geben manches an Dritte.", KindChange, labels(Sharing)},
	{"Haftung", "## Haftung\n\nWir haften bei Vorsatz.", "## Haftung\n\nWir haften nur bei Vorsatz.", KindChange, labels(Liability)},
	{"vos droits", "## Vos droits\n\nVous pouvez écrire à notre équipe.", "## Vos droits\n\nVous pouvez écrire à notre délégué à la protection des données.", KindChange, labels(Rights)},
	{"durée de conservation", "## Durée de conservation\n\nNous gardons tout pendant un an.", "## Durée de conservation\n\nNous gardons tout pendant trois ans.", KindChange, labels(Retention, Dates)},
	{"prix", "## Prix\n\nL'abonnement coûte 9,99 € par mois.", "## Prix\n\nL'abonnement coûte 11,99 € par mois.", KindChange, labels(Price)},
	{"resolución de disputas", "## Jurisdicción\n\nSon competentes los juzgados de Madrid.", "## Jurisdicción\n\nSon competentes los juzgados de Sevilla.", KindChange, labels(Disputes)},
	{"tratamiento", "## Finalidad\n\nUsamos su nombre.", "## Finalidad\n\nUsamos su nombre y su teléfono.", KindChange, labels(DataUse)},
	{"responsabilità", "## Responsabilità\n\nRispondiamo dei danni diretti.", "## Responsabilità\n\nRispondiamo dei soli danni diretti.", KindChange, labels(Liability)},
	{"conservazione", "## Conservazione\n\nConserviamo i dati per 2 anni.", "## Conservazione\n\nConserviamo i dati per 5 anni.", KindChange, labels(Retention, Dates)},
	{"partilha", "## Partilha de dados\n\nPartilhamos com parceiros.", "## Partilha de dados\n\nPartilhamos com todos os parceiros.", KindChange, labels(Sharing)},
	{"direitos", "## Os seus direitos\n\nPode pedir uma cópia.", "## Os seus direitos\n\nPode pedir uma cópia gratuita.", KindChange, labels(Rights)},
	{"bewaartermijn", "## Bewaartermijn\n\nWij bewaren alles 1 jaar.", "## Bewaartermijn\n\nWij bewaren alles 2 jaar.", KindChange, labels(Retention, Dates)},
	{"geschillen", "## Geschillen\n\nDe rechter in Utrecht is bevoegd.", "## Geschillen\n\nDe rechter in Den Haag is bevoegd.", KindChange, labels(Disputes)},
	{"one ideograph", "我们收集您的信息，用于改进服务。", "我们出售您的信息，用于改进服务。", KindChange, labels(Wording)},
	{"word in Thai", "เราเก็บข้อมูลของคุณไว้หนึ่งปี", "เราเก็บข้อมูลของคุณไว้สองปี", KindChange, labels(Wording)},
	{"sentence that resembles a consent banner", "## Cookies\n\nBy clicking Accept you consent to our use of cookies on this website for one year.", "## Cookies\n\nBy clicking Accept you consent to our use of cookies on this website for two years.", KindChange, labels(DataUse, Dates)},
	{"wallet address", "Pay to 0xdAC17F958D2ee523a2206206994597C13D831ec7 only.", "Pay to 0xdAC17F958D2ee523a2206206994597C13D831ec8 only.", KindChange, labels(Price)},
	{"document cut to its first sections", samplePolicy + strings.Repeat("\n\nWe tell you more about what we do with what you give us, at length, and again.", 60), samplePolicy + strings.Repeat("\n\nWe tell you more about what we do with what you give us, at length, and again.", 4), KindChange, labels(Wording)},

	{"number that only resembles a counter", samplePolicy + "\n\nPrinted on 90% recycled paper", samplePolicy + "\n\nPrinted on 100% recycled paper", KindChange, labels(Price)},
	{"cache duration that only resembles a timestamp", "## Cache\n\nCached 30 days", "## Cache\n\nCached 60 days", KindChange, labels(Dates)},
	{"date of the last update", "Last updated on 3 March 2024\n\nText.", "Last updated on 4 March 2024\n\nText.", KindChange, labels(Dates)},
	{"clause on cookies at the end", samplePolicy, samplePolicy + "\n\nWe now also use advertising cookies and share what they collect with 45 partners; you consent to this by continuing to use our services.", KindChange, labels(DataUse, Sharing)},
	{"clause that begins like a banner", samplePolicy, samplePolicy + "\n\nWe use cookies to build profiles and share them with advertisers. By continuing to use our services you consent to this.", KindChange, labels(DataUse, Sharing)},
	{"data sale after a privacy phrase", samplePolicy, policyWith("We collect the personal", "We respect your privacy. From now on we sell your personal data to data brokers.\n\nWe collect the personal"), KindChange, labels(DataUse, Sharing)},
	{"cookies that cannot be rejected", samplePolicy, samplePolicy + "\n\nWe keep cookies for five years. You can no longer reject them.", KindChange, labels(DataUse, Retention)},
	{"list item named like a control", policyCollecting(), policyCollecting("Language"), KindChange, labels(DataUse)},
	{"list item named like a search field", policyCollecting(), policyCollecting("Search"), KindChange, labels(DataUse)},
	{"list item named like a button", policyCollecting(), policyCollecting("Share"), KindChange, labels(DataUse, Sharing)},
	{"list item named like a print link", policyCollecting(), policyCollecting("Print"), KindChange, labels(DataUse)},
	{"list item named like a loading hint", policyCollecting(), policyCollecting("Loading"), KindChange, labels(DataUse)},
	{"list item named like settings", policyCollecting(), policyCollecting("Privacy settings"), KindChange, labels(DataUse)},
	{"line between paragraphs", samplePolicy + "\n\n" + sampleParagraph + "\n\n" + sampleParagraph, samplePolicy + "\n\n" + sampleParagraph + "\n\nSearch\n\n" + sampleParagraph, KindChange, labels(Wording)},
	{"paragraph between others", policyWith("## Retention", "We also read your mind.\n\n## Retention"), samplePolicy, KindChange, labels(DataUse)},
	{"added list item", "We use:\n\n1. names\n2. photos", "We use:\n\n1. names\n2. addresses\n3. photos", KindChange, labels(Wording)},
	{"two words become one", "Our web site is this.", "Our website is this.", KindChange, labels(Wording)},
	{"host name", "Cookies of example.com stay.", "Cookies of example.org stay.", KindChange, labels(DataUse)},

	// Lost texts.
	{"empty page", samplePolicy, "", KindBroken, nil},
	{"error page", samplePolicy, "# 404\n\nThe page was not found. Perhaps the link is old. Go to the home page or search for what you look for; we are sorry.", KindBroken, nil},
	{"German error page", samplePolicy, "# Seite nicht gefunden\n\nLeider gibt es diese Seite nicht mehr. Bitte nutzen Sie die Suche oder gehen Sie zur Startseite.", KindBroken, nil},
	{"login page", samplePolicy, "# Sign in to continue\n\nE-mail\n\nPassword\n\nForgot your password? Create an account. By going on you accept the terms.", KindBroken, nil},
	{"page that needs scripts", samplePolicy, "You need to enable JavaScript to run this app.", KindBroken, nil},
	{"bot check", samplePolicy, "# Just a moment...\n\nWe are checking your browser before you go on to example.com. This may take some seconds. Performance and security by somebody.", KindBroken, nil},
	{"consent page", samplePolicy, "# Avant de continuer\n\nNous utilisons des cookies et des données pour fournir nos services. Tout accepter ou tout refuser. Plus d'options.", KindBroken, nil},
	{"remnant", samplePolicy, "# Privacy Policy", KindBroken, nil},
	{"unrelated short text", samplePolicy + strings.Repeat("\n\nWe tell you more about what we do with what you give us, at length, and again.", 5), "# Shoes for all\n\nOur new collection is here. Run faster, jump higher and look better with the lightest soles that we have ever made, in nine colours.", KindBroken, nil},
	{"document in another language", samplePolicy + "\n\n" + strings.Repeat("We use the data that you give to us and that we have from others for this and for that. ", 6), "# Politique de confidentialité\n\n" + strings.Repeat("Nous utilisons les données que vous nous donnez et celles que nous avons des autres pour cela et pour ceci. ", 10), KindBroken, nil},
}

func TestPairsGetTheExpectedKindAndLabels(t *testing.T) {
	t.Parallel()
	for _, p := range pairs {
		got := Compare(newInput(p.old), newInput(p.cur))
		if got.Kind != p.kind || !slices.Equal(got.Labels, p.labels) {
			t.Errorf("%s: %s %v, want %s %v\n%s", p.name, got.Kind, got.Labels, p.kind, p.labels, got.TextDiff())
		}
		if back := Compare(newInput(p.cur), newInput(p.old)); p.kind != KindBroken && back.Kind != KindBroken && back.Kind != p.kind {
			t.Errorf("%s, reversed: %s, want %s", p.name, back.Kind, p.kind)
		}
	}
}
