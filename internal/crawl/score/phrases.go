package score

// topic is a kind of legal page with the phrases that name it, in any spelling that normalize
// accepts. weight, from 0 to 1, is how reliably a link with such a phrase led to a document
// on the sites of publicly tracked companies.
type topic struct {
	name    string
	weight  float64
	phrases string
}

// topics are in order of precedence: the first of topics with the same weight wins.
var topics = []topic{
	{"privacy", 0.97, `privacy, privacy policy, privacy notice, privacy statement, data policy, data protection, data privacy, personal data, candidate privacy
		datenschutz, datenschutzerklärung, datenschutzerklaerung, datenschutzhinweise, datenschutzbestimmungen, datenschutzrichtlinie, datenschutzinformation
		confidentialité, politique de confidentialité, règles de confidentialité, charte de confidentialité, vie privée, données personnelles, données à caractère personnel, protection des données, protection données, rgpd
		privacidad, política de privacidad, protección de datos, aviso de privacidad, datos personales, tratamiento de datos
		privacidade, política de privacidade, proteção de dados, aviso de privacidade, dados pessoais
		informativa sulla privacy, informativa privacy, riservatezza, protezione dei dati, trattamento dei dati, dati personali
		privacybeleid, privacyverklaring, privacystatement, gegevensbescherming, persoonsgegevens
		prywatność, prywatności, polityka prywatności, ochrona danych, ochrona danych osobowych, danych osobowych, rodo
		integritetspolicy, integritet, sekretess, sekretesspolicy, dataskydd, personuppgifter, personuppgiftspolicy
		privatlivspolitik, persondatapolitik, privatliv, persondata, personvern, personvernerklæring, tietosuoja, tietosuojaseloste, gizlilik, kvkk, soukromí, ochrana osobních údajů, adatvédelem, adatkezelés, confidentialitate, gdpr, ccpa
		隐私, 隱私, 个人信息, 個人資料, プライバシー, 個人情報, 개인정보, конфиденциальност, персональных данных, конфіденційн, απορρήτου, الخصوصية, פרטיות`},
	{"terms", 0.97, `terms, terms of service, terms of use, terms and conditions, terms conditions, tos, t c, t cs, tou, user agreement, service agreement, conditions of use, general terms, legal terms, terms of sale, subscription agreement, membership agreement, master service agreement, msa
		agb, nutzungsbedingungen, geschäftsbedingungen, geschaeftsbedingungen, allgemeine geschäftsbedingungen, anb, verkaufsbedingungen, lieferbedingungen, vertragsbedingungen
		cgu, cgv, cgvu, conditions générales, conditions d utilisation, conditions de vente, conditions de service, conditions d usage
		términos, términos y condiciones, términos de uso, condiciones de uso, condiciones generales, términos de servicio, condiciones del servicio, condiciones de venta, aviso legal
		termos, termos de uso, termos de serviço, termos e condições, condições gerais, condições de uso
		termini, termini e condizioni, termini di servizio, termini di utilizzo, condizioni d uso, condizioni generali, condizioni di utilizzo, condizioni di vendita
		algemene voorwaarden, gebruiksvoorwaarden, leveringsvoorwaarden, voorwaarden
		regulamin, regulaminy, warunki, warunki korzystania, warunki użytkowania, warunki świadczenia usług, ogólne warunki
		användarvillkor, villkor, allmänna villkor, köpvillkor, användningsvillkor, vilkår, handelsbetingelser, betingelser, brukervilkår, käyttöehdot, ehdot, kullanım koşulları, obchodní podmínky, podmínky, termeni, aszf
		条款, 條款, 服务协议, 服務協議, 用户协议, 使用协议, 利用規約, 規約, 利用条件, 이용약관, 약관, условия использования, пользовательское соглашение, умови, όροι, الشروط, תנאי`},
	{"terms", 0.7, `conditions, conditions d accès, tc, tac, tnc, terms use, term of use, term of service, terms service, use terms, user terms, service terms, website terms, site terms, user protocol, regeln, bedingungen, condiciones, condições, condizioni`},
	{"cookies", 0.93, `cookie, cookies, cookie policy, cookie notice, cookie richtlinie, politique de cookies, política de cookies, cookiebeleid, polityka cookies, pliki cookie, plików cookie, ciasteczka, cookiepolitik, kakor, evästeet, çerez, クッキー, 쿠키`},
	{"dpa", 0.93, `dpa, data processing, data processing agreement, data processing addendum, data processor, auftragsverarbeitung, auftragsverarbeitungsvertrag, avv, accord de traitement des données, contrato de encargado, encargado del tratamiento, accordo sul trattamento dei dati, acordo de processamento de dados, verwerkersovereenkomst, powierzenie przetwarzania, personuppgiftsbiträdesavtal, databehandleraftale, 数据处理协议, データ処理, scc`},
	{"subprocessors", 0.93, `subprocessors, subprocessor, sub processors, sub processor, unterauftragsverarbeiter, sous traitants, subencargados, sub responsabili, subverwerkers, podprocesorzy, underbiträden, 子处理者, 再委託先`},
	{"acceptable-use", 0.92, `acceptable use, acceptable use policy, aup, fair use, usage policy, usage policies, use policy, prohibited, restricted content, content policy, content policies, uso aceptable, uso aceitável, uso accettabile, utilisation acceptable, aanvaardbaar gebruik, zulässige nutzung`},
	{"community", 0.88, `community guidelines, guidelines, community standards, community rules, code of conduct, house rules, rules, coc, netiquette, richtlinien, gemeinschaftsrichtlinien, règles de la communauté, règles communautaires, normas de la comunidad, directrices de la comunidad, normas da comunidade, diretrizes da comunidade, linee guida, gedragsregels, spelregels, huisregels, zasady społeczności, riktlinjer, 社区, 社群, コミュニティガイドライン`},
	{"copyright", 0.92, `dmca, copyright, copyrights, copyright policy, intellectual property, trademark, trademarks, notice and takedown, ip policy, urheberrecht, droit d auteur, propriété intellectuelle, derechos de autor, propiedad intelectual, direitos autorais, propriedade intelectual, diritto d autore, proprietà intellettuale, auteursrecht, prawa autorskie, upphovsrätt, 版权, 版權, 著作権`},
	{"imprint", 0.92, `imprint, impressum, mentions légales, mentions légale, note legali, informazioni legali, colofon, colophon, legal notice, legal notices, nota legal, aviso legal, nota prawna, 特定商取引`},
	{"legal", 0.92, `legal, legals, legal statement, legal information, legal info, legales, légal, rechtliches, rechtliche hinweise, juridique, informations légales, información legal, informações legais, juridisch, policies, policy, policy center, legal center, agreements, agreement, disclaimer, disclosures, disclosure, notice, notices, haftungsausschluss, avvertenze legali, informacje prawne, juridisk information, 法律, 法的, 政策, ポリシー`},
	{"security", 0.75, `security policy, responsible disclosure, vulnerability disclosure, bug bounty, trust center, trust centre, security`},
	{"sla", 0.9, `sla, service level, service level agreement, service levels, uptime agreement`},
	{"children", 0.9, `coppa, children privacy, children s privacy, childrens privacy, kids privacy, parental`},
	{"regional", 0.92, `california privacy, ccpa, do not sell, do not sell my info, do not sell or share, your privacy choices, privacy choices, privacy rights, your ad choices, adchoices, lgpd, eu privacy, nevada`},
	{"accessibility", 0.85, `accessibility, accessibility statement, barrierefreiheit, accessibilité, accesibilidad, acessibilidade, accessibilità, toegankelijkheid, dostępność, tillgänglighet, 无障碍, アクセシビリティ`},
	{"developer", 0.88, `developer terms, api terms, developer agreement, developer policy, platform policy, platform terms, api license`},
	{"commercial", 0.88, `commercial terms, business terms, merchant agreement, seller agreement, seller terms, affiliate agreement, partner terms, reseller, advertising policies, advertising policy, ad policies, ads policy, advertiser, advertising guidelines, monetization, monetisation, creator terms`},
	{"refund", 0.88, `refund, refunds, refund policy, returns, returns policy, return policy, cancellation policy, widerruf, widerrufsbelehrung, widerrufsrecht, rückgabe, remboursement, rétractation, reembolso, devoluciones, devoluções, rimborsi, recesso, herroeping, herroepingsrecht, retourbeleid, zwroty, ångerrätt, 退款, 返品, cancellation, guarantee, warranty`},
	{"eula", 0.9, `eula, end user license, end user licence, license agreement, licence agreement, software license, license, licenses, licensing agreement, lizenzvereinbarung, contrat de licence`},
	{"law-enforcement", 0.9, `law enforcement, transparency report, government requests, law enforcement guidelines`},
	{"brand", 0.75, `brand guidelines, trademark guidelines, brand policy`},
	{"p2b", 0.85, `p2b, platform to business, ranking parameters, ranking, dsa, digital services act, digital markets act, modern slavery, human rights, complaints, complaint, whistleblower, anti corruption`},
	{"ai", 0.85, `ai terms, ai policy, generative ai, responsible ai, model terms, usage guidelines`},
}

// stem is the beginning of words that name documents, or their end if suffix is set. Such words
// are compounds in Germanic and Finnic languages, or words that URLs join.
type stem struct {
	topic, text string // text is in normal form
	suffix      bool
}

var stems = []stem{
	{"privacy", "datenschutz", false}, {"privacy", "privacy", false}, {"privacy", "personuppgift", false}, {"privacy", "integritets", false},
	{"privacy", "privatlivs", false}, {"privacy", "personvern", false}, {"privacy", "tietosuoja", false},
	{"terms", "bedingungen", true}, {"terms", "voorwaarden", true}, {"terms", "villkor", true}, {"terms", "vilkar", true},
	{"terms", "betingelser", true}, {"terms", "ehdot", true}, {"terms", "termsof", false},
	{"cookies", "cookie", false}, {"dpa", "verwerkersovereenkomst", false}, {"dpa", "auftragsverarbeitung", false},
	{"community", "richtlinien", true}, {"accessibility", "barrierefrei", false}, {"refund", "widerruf", false},
	{"legal", "policy", true}, {"legal", "policies", true}, {"legal", "agreement", true}, {"legal", "vereinbarung", true},
}

// nonLegalWords are path words of sections in which legal words belong to news, advice,
// products or jobs.
const nonLegalWords = `blog, news, press, jobs, careers, career, article, articles, forum, forums,
	podcast, webinar, webinars, events, event, story, stories, recipe, recipes, products, product,
	glossary, case study, case studies, customers, magazine, video, videos, shop, category, tag, hiring, newsroom, question, questions, author`

// supersededWords are path words of versions that are not in force.
const supersededWords = `archive, archived, previous, history, old, prior, versions, changelog`

// actionWords are words of pages with a function other than showing text, such as logging in.
const actionWords = `login, signin, sign in, log in, signup, sign up, register, logout, cart, checkout, share, sharer, intent`
