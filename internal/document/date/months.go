package date

import "strings"

// monthNumbers maps folded names of months, inflected forms and common abbreviations to the
// numbers of the months. Each line has twelve entries in calendar order; "_" is a gap.
var monthNumbers = func() map[string]int {
	m := map[string]int{}
	for _, line := range []string{
		"january february march april may june july august september october november december",             // en
		"jan feb mar apr may jun jul aug sep oct nov dec",                                                   // en
		"janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",              // fr
		"janv fevr mars avr mai juin juil aout sept oct nov dec",                                            // fr
		"januar februar marz april mai juni juli august september oktober november dezember",                // de
		"janner feber maerz apr mai jun jul aug sept okt nov dez",                                           // de
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",          // es
		"ene febrero marzo abr mayo junio julio ago setiembre oct nov dic",                                  // es
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",     // it
		"genn febbr mar apr mag giu lug ago sett ott nov dic",                                               // it
		"gen febbr marz april magg giugno luglio ag set ott novem dicem",                                    // it
		"janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",          // pt
		"jan fev mar abr mai jun jul ago set out nov dez",                                                   // pt
		"januari februari maart april mei juni juli augustus september oktober november december",           // nl
		"jan febr mrt apr mei jun jul aug sept okt nov dec",                                                 // nl
		"sijecnja veljace ozujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca", // hr
		"sijecanj veljaca ozujak travanj svibanj lipanj srpanj kolovoz rujan listopad studenog prosinac",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia", // pl
		"styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien",   // pl
		"styczniu lutym marcu kwietniu maju czerwcu lipcu sierpniu wrzesniu pazdzierniku listopadzie grudniu",
		"januari februari mars april maj juni juli augusti september oktober november december", // sv
		"januar februar marts april maj juni juli august september oktober november december",   // da, no
		"jan febr mars apr mai juni juli aug sept okt nov des",                                  // no
		"tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
		"tammikuu helmikuu maaliskuu huhtikuu toukokuu kesakuu heinakuu elokuu syyskuu lokakuu marraskuu joulukuu",
		"tammikuussa helmikuussa maaliskuussa huhtikuussa toukokuussa kesakuussa heinakuussa elokuussa syyskuussa lokakuussa marraskuussa joulukuussa",
		"ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince", // cs
		"leden unor brezen duben kveten cerven cervenec srpen zari rijen listopad prosinec",
		"januara februara marca aprila maja juna jula augusta septembra oktobra novembra decembra", // sk, sr
		"januar februar marec april maj jun jul august september oktober november december",
		"januarja februarja marca aprila maja junija julija avgusta septembra oktobra novembra decembra",    // sl
		"januar februar mart april maj jun jul avgust septembar oktobar novembar decembar",                  // sr
		"ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie", // ro
		"januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december", // hu
		"jan febr marc apr maj jun jul aug szept okt nov dec",
		"jaanuar veebruar marts aprill mai juuni juuli august september oktoober november detsember", // et
		"jaanuaril veebruaril martsil aprillil mail juunil juulil augustil septembril oktoobril novembril detsembril",
		"jaanuarist veebruarist martsist aprillist maist juunist juulist augustist septembrist oktoobrist novembrist detsembrist",
		"janvaris februaris marts aprilis maijs junijs julijs augusts septembris oktobris novembris decembris", // lv
		"janvari februari marta aprili maija junija julija augusta septembri oktobri novembri decembri",
		"sausio vasario kovo balandzio geguzes birzelio liepos rugpjucio rugsejo spalio lapkricio gruodzio", // lt
		"gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre",                 // ca
		"ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",                        // tr
		"januari februari mac april mei jun julai ogos september oktober november disember",                 // ms
		"januari februari maret april mei juni juli agustus september oktober november desember",            // id
		"jannar frar marzu april mejju gunju lulju awwissu settembru ottubru novembru dicembru",             // mt
		"eanair feabhra marta aibrean bealtaine meitheamh iuil lunasa mfomhair dfomhair samhain nollaig",    // ga
		"января февраля марта апреля мая июня июля августа сентября октября ноября декабря",                 // ru
		"январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
		"янв фев мар апр май июн июл авг сен окт ноя дек",
		"янв февр мар апр май июн июл авг сент окт нояб дек",
		"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня", // uk
		"січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень",
		"січ лют бер квіт трав черв лип серп вер жовт лист груд",
		"січ лют бер кві тра чер лип сер вер жов лис гру",
		"януари февруари март април май юни юли август септември октомври ноември декември", // bg
		"яну фев мар апр май юни юли авг сеп окт ное дек",
		"јануар фебруар март април мај јун јул август септембар октобар новембар децембар", // sr
		"јануара фебруара марта априла маја јуна јула августа септембра октобра новембра децембра",
		"ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου δεκεμβριου", // el
		"ιανουαριος φεβρουαριος μαρτιος απριλιος μαιος ιουνιος ιουλιος αυγουστος σεπτεμβριος οκτωβριος νοεμβριος δεκεμβριος",
		"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر", // ar
		"جانفي فيفري مارس إبريل ماي يونيه يوليه اغسطس شتنبر اكتوبر نونبر دجنبر",
		"_ شباط آذار نيسان أيار حزيران تموز آب أيلول _ _ _", // ar, Levant; the other names have two words
		"_ شباط اذار نيسان ايار حزيران تموز اب ايلول _ _ _",
		"ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר", // he
		"בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר",
		"जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर", // hi
		"जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितम्बर अक्तूबर नवम्बर दिसम्बर",
		"มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม", // th
	} {
		for i, name := range strings.Fields(line) {
			if name != "_" {
				m[name] = i + 1
			}
		}
	}
	return m
}()

// twoWordMonths maps month names of two words to their numbers. Thai abbreviations such
// as ม.ค. are among them, because the dot separates them into two words.
var twoWordMonths = func() map[string]int {
	m := map[string]int{
		"كانون الثاني": 1, "كانون ثاني": 1, "كانون ثان": 1,
		"تشرين الأول": 10, "تشرين الاول": 10, "تشرين أول": 10, "تشرين اول": 10,
		"تشرين الثاني": 11, "تشرين ثاني": 11, "تشرين ثان": 11,
		"كانون الأول": 12, "كانون الاول": 12, "كانون أول": 12, "كانون اول": 12,
	}
	for i, name := range strings.Split("ม ค,ก พ,มี ค,เม ย,พ ค,มิ ย,ก ค,ส ค,ก ย,ต ค,พ ย,ธ ค", ",") {
		m[name] = i + 1
	}
	return m
}()

// twoWordMonthEndings holds the last words of twoWordMonths.
var twoWordMonthEndings = func() map[string]bool {
	m := map[string]bool{}
	for name := range twoWordMonths {
		_, last, _ := strings.Cut(name, " ")
		m[last] = true
	}
	return m
}()
