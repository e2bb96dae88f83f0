// Package boilerplate recognizes the lines around a document by their wording: the controls and
// sentences of consent banners, the controls of a page, and hints for screen readers. The
// extraction and the comparison both use it. All lines are folded by package tokenize: in
// lower case, each word after a space.
package boilerplate

import (
	"regexp"
	"strings"
)

// matchAnyOf returns a pattern for a folded text that equals one of the phrases, which are
// regular expressions.
func matchAnyOf(phrases ...string) *regexp.Regexp {
	return regexp.MustCompile(`^ (?:` + strings.Join(phrases, "|") + `)$`)
}

var (
	// consentControl matches the labels of a consent banner's buttons.
	consentControl = matchAnyOf(
		`(?:accept|allow|reject|decline|deny|refuse) (?:all|everything|optional|non essential|cookies|all cookies|the cookies|and close|and continue|necessary(?: cookies)?(?: only)?)`,
		`(?:i )?(?:accept|agree|decline|reject|got it|ok|okay|understood)`, `only (?:necessary|essential)(?: cookies)?`,
		`(?:manage|customi[sz]e|change|cookie|privacy|your) (?:my |your )?(?:cookie |privacy |consent )?(?:preferences|settings|options|choices|cookies)`,
		`alle (?:cookies )?(?:akzeptieren|annehmen|ablehnen|zulassen)`, `(?:nur )?(?:notwendige|erforderliche)(?: cookies)?(?: akzeptieren)?`, `(?:cookie )?einstellungen(?: verwalten| anpassen)?`, `zustimmen|ablehnen|akzeptieren`,
		`tout (?:accepter|refuser)|accepter(?: tout| et fermer)?|refuser(?: tout)?|continuer sans accepter|(?:gérer|paramétrer|personnaliser) (?:les |mes )?(?:cookies|préférences|choix)`,
		`(?:aceptar|rechazar)(?: todas?| todo| todos| todas las cookies| cookies)?|configurar(?: cookies)?|(?:gestionar|configuración de) (?:las )?(?:cookies|preferencias)`,
		`(?:accetta|rifiuta)(?: tutto| tutti| tutti i cookie)?|continua senza accettare|(?:gestisci|personalizza)(?: (?:le )?preferenze| cookie)?`,
		`(?:aceitar|rejeitar|recusar)(?: tudo| todos| todos os cookies| cookies)?|(?:gerir|gerenciar|definições de) (?:cookies|preferências)`,
		`(?:alles|alle cookies) (?:accepteren|toestaan|weigeren)|accepteren|weigeren|(?:cookie ?)?(?:instellingen|voorkeuren)(?: beheren)?`,
	)
	// pageControl matches the labels of consent controls and of other controls around a text.
	pageControl = regexp.MustCompile(consentControl.String() + `|` + matchAnyOf(
		`(?:back|return|scroll) to (?:the )?top|skip to (?:main |the )?content|skip navigation|print(?: this)?(?: page| article| document)?|download(?: as)? pdf|(?:copy|share)(?: the| this)?(?: link| page| article)?|copied|loading|search|menu|close|open menu|toggle (?:menu|navigation)|table of contents|on this page|select (?:a |your )?language|language|(?:previous|next)(?: page| article)?|show (?:more|less)|read (?:more|less)|expand all|collapse all|yes no`,
		`was this (?:article|page|information)? ?helpful(?: yes no)?|did this (?:answer your question|help)|related articles|(?:submit|give|send)(?: us)? feedback|still need help|contact (?:us|support)|recently viewed articles`,
		`nach oben|zum (?:seitenanfang|inhalt(?: springen)?)|(?:seite )?drucken|als pdf herunterladen|teilen|suche|menü|schließen|inhaltsverzeichnis|auf dieser seite|sprache(?: auswählen)?|mehr anzeigen|weniger anzeigen|wird geladen|war dieser (?:artikel|beitrag) hilfreich(?: ja nein)?`,
		`(?:retour|revenir) en haut(?: de (?:la )?page)?|haut de page|aller au contenu(?: principal)?|imprimer|télécharger (?:le |en )?pdf|partager|rechercher?|menu|fermer|sommaire|table des matières|langue|chargement|cet article vous a t il été utile(?: oui non)?`,
		`volver arriba|subir|ir al contenido(?: principal)?|saltar al contenido|imprimir|descargar pdf|compartir|buscar|menú|cerrar|índice|idioma|cargando|(?:te|le) (?:ha resultado útil|resultó útil) este artículo(?: sí no)?`,
		`torna (?:su|in alto|all'inizio)|vai al contenuto(?: principale)?|stampa|scarica (?:il )?pdf|condividi|cerca|chiudi|indice|lingua|caricamento|questo articolo ti è stato utile(?: sì no)?`,
		`voltar ao topo|ir para o conteúdo(?: principal)?|pular para o conteúdo|baixar pdf|partilhar|compartilhar|pesquisar|fechar|a carregar|carregando|este artigo foi útil(?: sim não)?`,
		`(?:terug )?naar boven|ga naar (?:de )?(?:inhoud|hoofdinhoud)|afdrukken|printen|download als pdf|delen|zoeken|sluiten|inhoudsopgave|taal|laden|was dit artikel nuttig(?: ja nee)?`,
	).String())

	// bannerPhrase matches opening sentences of consent banners that have no legal content.
	bannerPhrase = matchAnyOf(
		`(?:we|your) (?:value|care about|respect)(?: your)? privacy`, `your privacy(?: is important to us| matters)?`, `this (?:web ?site|site) uses cookies(?: to (?:ensure|make sure) you get the best experience(?: on our (?:web ?site|site))?| to (?:improve|enhance) your (?:browsing )?experience)?`,
		`(?:wir (?:schätzen|respektieren|legen wert auf)|uns ist) (?:ihre|deine) privatsphäre`, `diese (?:website|seite) verwendet cookies`,
		`(?:nous respectons|le respect de) votre vie privée|votre vie privée (?:nous tient à cœur|est importante)|ce site utilise des cookies`,
		`(?:valoramos|respetamos|nos importa) (?:tu|su) privacidad|este sitio(?: web)? utiliza cookies`,
		`(?:rispettiamo|teniamo alla|diamo valore alla) (?:la )?(?:tua|vostra|sua) privacy|questo sito(?: web)? utilizza (?:i )?cookie`,
		`(?:valorizamos|respeitamos) a (?:sua|tua) privacidade|este (?:site|sítio)(?: web)? (?:usa|utiliza) cookies`,
		`(?:wij|we) (?:waarderen|respecteren|hechten waarde aan) (?:uw|je|jouw) privacy|deze (?:website|site) (?:gebruikt|maakt gebruik van) cookies`,
	)
	// A consent banner requests an action of the reader (bannerRequest) and names the site
	// (bannerSubject).
	bannerRequest = regexp.MustCompile(` (?:accept|reject|decline|agree|consent|allow|continu|browsing|akzeptier|ablehn|zustimm|einverstanden|accept(?:ez|er)|refus|continu|acept|rechaz|acced|seguir naveg|accett|rifiut|prosegu|aceit|rejeit|concord|accepter|weiger|toestemming|akkoord)`)
	bannerSubject = regexp.MustCompile(` (?:we|our|this site|this website|wir|unsere|diese|nous|notre|nos|ce site|utilizamos|usamos|nuestr|este sit|utilizziamo|usiamo|questo sito|nostr|usamos|noss|este site|wij|we|onze|deze) `)
	// A banner without controls begins with bannerOpening and contains bannerAction.
	bannerOpening = regexp.MustCompile(`^ (?:(?:we|this web ?site|this site|our web ?site|our site) uses? (?:\S+ ){0,3}?cookies|wir (?:verwenden|nutzen|setzen) cookies|diese (?:website|seite|webseite) (?:verwendet|nutzt) cookies|(?:nous utilisons|ce site utilise) des cookies|(?:utilizamos|usamos|este sitio(?: web)? (?:utiliza|usa)) (?:las )?cookies|(?:utilizziamo|usiamo|questo sito(?: web)? (?:utilizza|usa)) (?:i )?cookie|(?:n[oó]s )?(?:utilizamos|usamos) cookies|este (?:site|sítio)(?: web)? (?:usa|utiliza) cookies|(?:wij|we) gebruiken cookies|deze (?:website|site) (?:gebruikt|maakt gebruik van) cookies)`)
	bannerAction  = regexp.MustCompile(` (?:by (?:clicking|pressing|continuing|using|browsing)|click|if you continue|klick\S*|durch die (?:weitere )?nutzung|en (?:cliquant|poursuivant|continuant)|al (?:hacer clic|continuar|navegar)|haciendo clic|si contin[uú]a\S*|cliccando|continuando|proseguendo|ao (?:clicar|continuar|navegar)|door (?:te klikken|op|verder)|klik) `)
	// bindingTerms matches terms of contract clauses, which do not occur in banners.
	bindingTerms = regexp.MustCompile(`\d| (?:sell|sold|shar(?:e|es|ed|ing)|partners?|third part(?:y|ies)|brokers?|advertis\S*|personal (?:data|information)|now|longer|terms|verkauf\S*|partnern?|dritte\S*|werb\S*|weitergeb\S*|personenbezogen\S*|vend\S*|partenaires?|tiers|partage\S*|publicit\S*|données personnelles|socios|terceros|compart\S*|datos personales|terzi|condivid\S*|dati personali|parceiros|terceiros|partilh\S*|dados pessoais|derden|delen|verkopen|advert\S*|persoonsgegevens) `)
)

// IsConsentControl reports whether a folded line is the label of a control of a consent banner.
func IsConsentControl(fold string) bool { return consentControl.MatchString(fold) }

// IsConsentDecision reports whether a folded line is the label of a control that accepts or
// rejects cookies. Documents have controls that open the settings; only banners and preference
// centers have these.
func IsConsentDecision(fold string) bool {
	return consentControl.MatchString(fold) && !consentSettings.MatchString(fold)
}

// consentSettings matches the labels of controls that open the consent settings.
var consentSettings = regexp.MustCompile(` (?:preferences|settings|options|choices|manage|customi[sz]e|change|einstellungen|gérer|paramétrer|personnaliser|configurar|gestionar|configuración|gestisci|personalizza|gerir|gerenciar|definições|instellingen|voorkeuren|cookieinstellingen|cookievoorkeuren)(?: |$)`)

// IsPageControl reports whether a folded line is the label of a control of a page, such as
// "back to top", or of a consent banner.
func IsPageControl(fold string) bool { return pageControl.MatchString(fold) }

// IsBannerPhrase reports whether a folded line is an opening sentence of consent banners
// without legal content.
func IsBannerPhrase(fold string) bool { return bannerPhrase.MatchString(fold) }

// AsksForConsent reports whether a folded line asks for consent to cookies.
func AsksForConsent(fold string) bool {
	return strings.Contains(fold, "cookie") && bannerRequest.MatchString(fold) && bannerSubject.MatchString(fold)
}

// IsBannerText reports whether a folded line is a consent banner by its wording alone: it
// opens like a banner, names an action that means consent, and has no term of a binding
// clause.
func IsBannerText(fold string) bool {
	return bannerOpening.MatchString(fold) && bannerAction.MatchString(fold) && !bindingTerms.MatchString(fold)
}
