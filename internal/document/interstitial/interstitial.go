// Package interstitial recognizes the pages that a site shows instead of a document: error
// pages, bot checks, login, age and consent walls, and pages that need scripts. The classifier
// and the comparison both use it.
package interstitial

import "regexp"

// Words is the number of words at the beginning of a page in which an interstitial identifies
// itself.
const Words = 80

// Matches reports whether the folded beginning of a short page is that of an interstitial. See
// package tokenize for the folded form.
func Matches(fold []byte) bool { return phrases.Match(fold) }

// phrases matches folded phrases of interstitial pages.
var phrases = regexp.MustCompile(` (?:` +
	// Error pages.
	`(?:page|document|file|url|site) (?:was |is |could |can )?not (?:be )?(?:found|available|exist)|404|403 forbidden|50[0234] (?:error|bad gateway|service|internal|gateway)|access (?:to this page )?(?:has been )?denied|something went wrong|an error (?:has )?occurred|(?:temporarily|currently) unavailable|service unavailable|under maintenance|seite (?:wurde )?nicht gefunden|page (?:est )?introuvable|page n'existe|página no (?:encontrada|existe|disponible)|pagina non (?:è stata )?trovata|página não (?:foi )?encontrada|pagina (?:is )?niet gevonden` +
	// Bot checks.
	`|checking (?:your|if the) (?:browser|site)|verify(?:ing)? (?:that )?you are (?:a )?human|(?:are|you're|you are) (?:you )?(?:not )?a robot|unusual traffic|just a moment|complete the (?:security check|captcha)|captcha|(?:enable|allow) cookies|attention required|cloudflare ray|request (?:was |has been )?blocked|security service to protect` +
	// Pages that need scripts.
	`|(?:enable|activate|requires?|without|turn on) javascript|javascript (?:is |must be |to be )?(?:disabled|required|enabled)|need to enable javascript|javascript (?:ist )?(?:deaktiviert|aktivieren)|aktivieren sie (?:bitte )?javascript|activer (?:le )?javascript|activez javascript|javascript (?:est )?désactivé|(?:habilitar|habilite|active|activar) (?:el )?javascript|(?:abilita|attiva|attivare|abilitare) javascript|(?:ative|ativar|habilite) o? ?javascript|javascript (?:inschakelen|in te schakelen|is uitgeschakeld)|unsupported browser|browser (?:is )?not supported|update your browser` +
	// Login and age walls, country selection.
	`|(?:sign|log) ?in (?:to|or) (?:continue|your|view|create|sign|register)|please (?:sign|log) ?in|(?:must|need to) (?:be logged|log|sign) in|forgot (?:your )?password|create an account|bitte (?:melden sie sich|anmelden|einloggen)|passwort vergessen|connectez vous|se connecter|mot de passe oublié|(?:inicia|iniciar|inicie) (?:sesión|sessão)|contraseña olvidada|olvidaste tu contraseña|accedi (?:per|al)|password dimenticata|esqueceu? (?:a |sua )?(?:senha|palavra)|inloggen|wachtwoord vergeten|confirm (?:your age|that you are)|verify your age|choose your (?:country|region)` +
	// Consent walls.
	`|before you continue|bevor (?:sie|du) fortf(?:ahren|ährst)|avant de continuer|antes de continuar|prima di continuare|voordat (?:je|u) verder|(?:we|wir|nous|valoramos) (?:value|schätzen|respektieren|respectons|su|tu) (?:your |ihre |deine |votre )?(?:privacy|privatsphäre|vie|privacidad)` +
	// Loading pages.
	`|(?:please wait|loading|bitte warten|wird geladen|chargement|patientez|cargando|caricamento|carregando|a carregar|even geduld)(?: |$))`)
