package score

import "strings"

// topic is a kind of legal page and the phrases that name it. A phrase of Latin
// letters is matched as whole words; others anywhere.
type topic struct {
	name    string
	weight  float64
	phrases []string
}

func (t *topic) in(s string) bool {
	for _, p := range t.phrases {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// phrases makes a list from lines of comma-separated phrases, in the form of normal.
func phrases(list string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' }) {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		if p[0] < 0x80 || p[0] < 0xd0 { // Latin script: whole words
			p = " " + p + " "
		}
		out = append(out, p)
	}
	return out
}

// topics in the order of no importance; the weights are how surely a link with
// such a phrase led to a document on the sites of publicly tracked companies.
var topics = []topic{
	{"privacy", 0.97, phrases(`privacy, privacy policy, privacypolicy, privacy notice, privacy statement, data policy, data protection, data privacy
		datenschutz, datenschutzerklärung, datenschutzerklaerung, datenschutzhinweise, datenschutzbestimmungen, datenschutzrichtlinie
		confidentialité, confidentialite, politique de confidentialité, vie privée, vie privee, données personnelles, donnees personnelles, protection des données, rgpd
		privacidad, política de privacidad, politica de privacidad, protección de datos, proteccion de datos, aviso de privacidad
		privacidade, política de privacidade, politica de privacidade, proteção de dados
		informativa sulla privacy, riservatezza, protezione dei dati, privacybeleid, privacyverklaring, privacystatement
		prywatność, prywatnosc, prywatności, prywatnosci, polityka prywatności, polityka prywatnosci, ochrona danych
		integritetspolicy, integritet, sekretesspolicy, personuppgifter, personuppgiftspolicy, privatlivspolitik, persondatapolitik, privatliv
		personvern, personvernerklæring, tietosuoja, tietosuojaseloste, gizlilik, kvkk, soukromí, ochrana osobních údajů, adatvédelem, confidentialitate, gdpr, ccpa
		隐私, 隱私, プライバシー, 個人情報, 个人信息, 개인정보, конфиденциальност, персональных данных, конфіденційн, απορρήτου, الخصوصية, פרטיות`)},
	{"terms", 0.97, phrases(`terms, terms of service, terms of use, termsofservice, termsofuse, terms and conditions, terms conditions, tos, t c, t cs, tou, user agreement, service agreement, conditions of use, general terms, legal terms, terms of sale, subscription agreement, membership agreement, master service agreement, msa
		agb, nutzungsbedingungen, geschäftsbedingungen, geschaeftsbedingungen, allgemeine geschäftsbedingungen, anb
		cgu, cgv, conditions générales, conditions generales, conditions d utilisation, conditions d'utilisation, conditions de vente
		términos, terminos, términos y condiciones, condiciones de uso, condiciones generales, términos de servicio, aviso legal
		termos, termos de uso, termos e condições, condições gerais, termini, termini e condizioni, condizioni d uso, condizioni generali, condizioni di utilizzo
		algemene voorwaarden, gebruiksvoorwaarden, voorwaarden, regulamin, warunki, warunki korzystania
		användarvillkor, villkor, allmänna villkor, vilkår, handelsbetingelser, betingelser, brukervilkår, käyttöehdot, ehdot, kullanım koşulları, obchodní podmínky, podmínky, termeni, aszf
		条款, 條款, 服务协议, 用户协议, 利用規約, 規約, 이용약관, 약관, условия использования, пользовательское соглашение, умови, όροι, الشروط, תנאי`)},
	{"cookies", 0.93, phrases(`cookie, cookies, cookie policy, cookiepolicy, cookie notice, cookie richtlinie, politique de cookies, política de cookies, cookiebeleid, polityka cookies, pliki cookie, cookiepolitik, evästeet, çerez, クッキー, 쿠키`)},
	{"dpa", 0.93, phrases(`dpa, data processing, data processing agreement, data processing addendum, data processor, auftragsverarbeitung, avv, accord de traitement des données, verwerkersovereenkomst, scc`)},
	{"subprocessors", 0.93, phrases(`subprocessors, subprocessor, sub processors, sub processor, unterauftragsverarbeiter, sous traitants`)},
	{"acceptable-use", 0.92, phrases(`acceptable use, acceptable use policy, aup, fair use, usage policy, usage policies, use policy, prohibited, restricted content, content policy, content policies`)},
	{"community", 0.88, phrases(`community guidelines, guidelines, community standards, community rules, code of conduct, house rules, rules, netiquette, richtlinien, règles de la communauté, 社区`)},
	{"copyright", 0.92, phrases(`dmca, copyright, copyrights, copyright policy, intellectual property, trademark, trademarks, notice and takedown, ip policy`)},
	{"imprint", 0.9, phrases(`imprint, impressum, mentions légales, mentions legales, mentions légale, note legali, colofon, legal notice, legal notices, legalnotice, nota legal, 特定商取引`)},
	{"legal", 0.92, phrases(`legal, legales, légal, rechtliches, rechtliche hinweise, juridique, policies, policy, policy center, legal center, agreements, agreement, disclaimer, disclosures, disclosure, notice, notices, 法律, 法的`)},
	{"security", 0.75, phrases(`security policy, responsible disclosure, vulnerability disclosure, bug bounty, trust center, trust centre, security`)},
	{"sla", 0.9, phrases(`sla, service level, service level agreement, service levels, uptime agreement`)},
	{"children", 0.9, phrases(`coppa, children privacy, children s privacy, childrens privacy, kids privacy, parental`)},
	{"regional", 0.92, phrases(`california privacy, ccpa, do not sell, do not sell my info, do not sell or share, your privacy choices, privacy choices, privacy rights, your ad choices, adchoices, lgpd, eu privacy, nevada`)},
	{"accessibility", 0.85, phrases(`accessibility, accessibility statement, barrierefreiheit, accessibilité, accesibilidad, accessibilità, toegankelijkheid, dostępność, tillgänglighet`)},
	{"developer", 0.88, phrases(`developer terms, api terms, developer agreement, developer policy, platform policy, platform terms, api license`)},
	{"commercial", 0.88, phrases(`commercial terms, business terms, merchant agreement, seller agreement, seller terms, affiliate agreement, partner terms, reseller, advertising policies, advertising policy, ad policies, ads policy, advertiser, advertising guidelines, monetization, monetisation, creator terms`)},
	{"refund", 0.88, phrases(`refund, refunds, refund policy, returns policy, return policy, cancellation policy, widerruf, widerrufsbelehrung, widerrufsrecht, rückgabe, remboursement, rétractation, reembolso, rimborsi, herroeping, cancellation, guarantee, warranty`)},
	{"eula", 0.9, phrases(`eula, end user license, end user licence, license agreement, licence agreement, software license, license, licenses, licensing agreement`)},
	{"law-enforcement", 0.9, phrases(`law enforcement, transparency report, government requests, law enforcement guidelines`)},
	{"brand", 0.75, phrases(`brand guidelines, trademark guidelines, brand policy`)},
	{"p2b", 0.85, phrases(`p2b, platform to business, ranking parameters, ranking, dsa, digital services act, digital markets act, modern slavery, human rights, complaints, complaint, whistleblower, anti corruption`)},
	{"ai", 0.85, phrases(`ai terms, ai policy, generative ai, responsible ai, model terms, usage guidelines`)},
}

// elsewhere are paths where legal words are news, advice, goods or jobs.
var elsewhere = []string{
	" blog ", " news ", " press ", " jobs ", " careers ", " career ", " article ", " articles ", " forum ", " forums ",
	" podcast ", " webinar ", " webinars ", " events ", " event ", " story ", " stories ", " recipe ", " recipes ", " products ", " product ",
	" glossary ", " case study ", " case studies ", " customers ", " magazine ", " video ", " videos ", " shop ", " category ", " tag ", " hiring ", " newsroom ", " question ", " questions ", " author ",
}

// stale are versions that are not in force.
var stale = []string{" archive ", " archived ", " previous ", " history ", " old ", " prior ", " versions ", " changelog "}

// doors are pages that only let somebody in or out.
var doors = []string{" login ", " signin ", " sign in ", " log in ", " signup ", " sign up ", " register ", " logout ", " cart ", " checkout ", " share ", " sharer ", " intent "}
