package date

// Cues before a date, by kind and strength (see cue): phrases separated by semicolons and
// line breaks. Among the phrases that end the text before a date, the longest wins. So
// "updated" also matches "last updated" unless the longer phrase is listed.
const (
	inForceStrong = `effective date; date effective; date of effect; date of entry into force; effective as of; effective from; entry into force; current as of; start date of these terms; commencement date; date of commencement; eff. date; eff date
		date d'entree en vigueur; entree en vigueur; prise d'effet; date d'effet; date de prise d'effet; date d'application
		datum des inkrafttretens; inkrafttreten; datum des wirksamwerdens; gultigkeitsdatum; gultig ab; gultig seit; wirksam ab; gilt ab; gelten ab; in kraft seit; in kraft ab; in kraft getreten am
		fecha de entrada en vigor; entrada en vigor; fecha efectiva; fecha de vigencia; fecha de entrada en vigencia; fecha de vigor; en vigor desde; vigente desde; vigentes desde; vigente a partir; vigencia a partir; entra en vigor; entran en vigor
		data di entrata in vigore; entrata in vigore; data di efficacia; data di decorrenza; in vigore dal; in vigore da; efficace dal; efficaci dal; valido dal; valida dal
		data de entrada em vigor; entrada em vigor; data de vigencia; data efetiva; em vigor desde; em vigor a partir; vigente desde; valida a partir; valido a partir; entra em vigor; entram em vigor
		ingangsdatum; datum van inwerkingtreding; inwerkingtreding; geldig vanaf; van kracht vanaf; van kracht sinds; van toepassing vanaf; in werking getreden op; treedt in werking
		data wejscia w zycie; wejscie w zycie; obowiazuje od; obowiazuja od; obowiazujacy od; obowiazujaca od; wchodzi w zycie; wchodza w zycie; data obowiazywania
		ikrafttradande; galler fran; gallande fran; trader i kraft; giltig fran; giltigt fran
		ikrafttraedelse; ikrafttraedelsesdato; gaeldende fra; gaelder fra; traeder i kraft; gjeldende fra; gjelder fra; trer i kraft; ikrafttredelse; ikrafttredelsesdato
		voimaantulo; voimaantulopaiva; voimassa alkaen; tulevat voimaan; tulee voimaan; astuu voimaan; voimassa
		ucinnost od; ucinnosti od; ucinne od; ucinny od; datum ucinnosti; nabyvaji ucinnosti; nabyva ucinnosti; platnost od; platne od; ucinnost; ucinne odo; ucinnost odo; platnost odo; nadobudaju ucinnost; nadobuda ucinnost
		veljavnost od; velja od; veljajo od; u primjeni od; na snazi od; stupaju na snagu; stupa na snagu; vrijedi od; primjenjuje se od; zacne veljati
		hatalyos; hatalyba lepes; hatalybalepes; hatalybalepes datuma; hatalyba lepes datuma; hatalybalepes napja; hatalyba lepes napja; hatalybalepes idopontja; hatalyba lepes idopontja; hatalybalepes ideje; hatalyba lepes ideje; hatalybalepett; ervenyes; hatalya; hataly kezdete
		in vigoare de la; intra in vigoare; data intrarii in vigoare; in vigoare din; valabil de la; valabila de la; aplicabil de la; in vigoare incepand cu
		в сила от; влиза в сила; дата на влизане в сила; валидна от; в силе с; вступает в силу; вступают в силу; дата вступления в силу; действует с; действуют с; действительна с; набуває чинності; набирає чинності; набувають чинності; дата набрання чинності; дата набуття чинності; набула чинності; набув чинності; набуло чинності; набула чинності з; вводится в действие с; вводится в действие; введена в действие с; введена в действие; введено в действие с; дата введения в действие; дата начала действия; начало действия; вступила в силу; вступило в силу; дата введення в дію; введено в дію; вводиться в дію; діє з; чинна з; чинний з; ступа на снагу; на снази од
		ισχυει απο; σε ισχυ απο; ημερομηνια εναρξης ισχυος; εναρξη ισχυος; ισχυουν απο; τιθεται σε ισχυ; ημερομηνια ισχυος
		joustumine; kehtib alates; joustub; joustuvad; kehtivad alates; speka no; stajas speka; speka stasanas; speka stasanas datums; isigalioja; isigalioja nuo; galioja nuo; isigaliojimo data; isigaliojo
		en vigor des de; en vigor a partir; data d'entrada en vigor; entra en vigor
		yururluk tarihi; gecerlilik tarihi; yururluge giris tarihi; yururluge girme tarihi
		berlaku sejak; berlaku efektif; tanggal efektif; tanggal berlaku; mulai berlaku; berlaku mulai; berkuat kuasa; tarikh berkuat kuasa; tarikh kuat kuasa; berlaku pada
		co hieu luc tu; hieu luc tu; ngay co hieu luc; co hieu luc ke tu; ngay hieu luc; co hieu luc
		תאריך תחילה; בתוקף מיום; בתוקף החל; בתוקף מ; תאריך כניסה לתוקף; כניסה לתוקף; נכנס לתוקף; נכנסת לתוקף
		تاريخ السريان; ساري المفعول; سارية المفعول; يسري اعتبارا; تاريخ النفاذ; سارية اعتبارا; تسري اعتبارا; يسري من; تدخل حيز التنفيذ; ساري اعتبارا; تاريخ سريان
		प्रभावी तिथि; प्रभावी तारीख; प्रभावी दिनांक; लागू होने की तिथि; प्रभावी
		มีผลบังคับใช้; มีผลบังคับใช้ตั้งแต่; วันที่มีผลบังคับใช้; มีผลใช้บังคับ; มีผลตั้งแต่; วันที่มีผล
		施行日; 発効日; 適用開始日; 適用日; 効力発生日; 生效日期; 生效日; 生效时间; 生效時間; 实施日期; 施行日期; 실행일; 시행일; 시행일자; 시행 일자; 적용일자; 적용일; 효력발생일; 공고일자 및 시행일자`
	inForceWeak = `effective; in effect; in force; valid; into effect; takes effect; take effect; took effect; taken effect; takes force; into force; applicable; applies; apply; live; with effect from; with effect as of; wef; w.e.f; eff
		en vigueur; applicable; applicables; prend effet; prennent effet; a effet; valable; s'applique; s'appliquent
		gultig; wirksam; in kraft; gilt; gelten; geltung ab; treten; tritt; treten ab; wirkung; wirkung vom
		en vigor; vigente; vigentes; vigencia; vigor; efectiva; efectivo; efectivas; aplicable; valida; valido
		in vigore; efficace; efficaci; vigente; vigenti; decorrenza; valido; valida; applicabile
		em vigor; vigente; vigentes; efetiva; efetivo; vigencia; vigor; aplicavel; valido; valida
		geldig; van kracht; van toepassing; in werking; geldend; gelden; geldt
		obowiazuje; obowiazuja; wazny; wazna; wazne; w zycie; obowiazywania
		galler; giltig; gaelder; gaeldende; gjelder; gjeldende; i kraft; kraft
		platne; ucinny; ucinne; platny; platna; velja; vrijedi; vazi od; valabil; in vigoare; в силу; в сила; в силе; действует; чинності; ισχυει; ισχυουν; σε ισχυ
		yururlukte; gecerli; berlaku; hieu luc`
	updatedStrong = `last updated; last update; lastly updated; last modified; last modification; last revised; last revision; last amended; last amendment; last changed; last change; last reviewed; last review; last edited; latest update; latest revision; most recently updated; most recent update; most recently revised; recently updated; revision date; date of revision; date revised; date updated; date of last update; date modified; update date; updated date; last date updated; date last updated; date of last revision; date of amendment; date of latest revision; last checked; last reviewed and updated; last verified
		derniere mise a jour; derniere modification; derniere revision; derniere actualisation; derniere version; date de mise a jour; mise a jour; mis a jour; mises a jour; maj; modifie; modifiee; modifiees; date de revision; actualisee; actualise; mise a jour effectuee
		letzte aktualisierung; zuletzt aktualisiert; zuletzt geandert; zuletzt bearbeitet; letzte anderung; letztes update; letzter stand; aktueller stand; stand; stand der information; stand der informationen; datum der letzten aktualisierung; zuletzt uberarbeitet; letzte uberarbeitung; aktualisiert; aktualisierung; zuletzt angepasst; letzte fassung; anderungsdatum; zuletzt gepruft; zuletzt aktualisiert worden
		ultima actualizacion; ultima modificacion; ultima revision; fecha de actualizacion; fecha de la ultima actualizacion; fecha de ultima actualizacion; actualizada por ultima vez; actualizado por ultima vez; actualizado; actualizada; actualizados; actualizadas; fecha de revision; fecha de modificacion; modificada por ultima vez
		ultimo aggiornamento; ultima modifica; ultima revisione; data di aggiornamento; data ultimo aggiornamento; data dell'ultimo aggiornamento; aggiornato; aggiornata; aggiornati; aggiornate; data di revisione; ultima versione
		ultima atualizacao; ultima modificacao; ultima revisao; data de atualizacao; data da ultima atualizacao; atualizado; atualizada; atualizados; atualizadas; ultima actualizacao; revisto; revista; ultima alteracao; data da ultima revisao
		laatst bijgewerkt; laatst gewijzigd; laatste update; laatste wijziging; laatst aangepast; laatst herzien; laatste herziening; laatste aanpassing; bijgewerkt; datum laatste wijziging; laatst geactualiseerd; laatst bijgewerkt op; gewijzigd
		ostatnia aktualizacja; ostatnia zmiana; data aktualizacji; data ostatniej aktualizacji; ostatnio zaktualizowano; zaktualizowano; ostatniej aktualizacji; zaktualizowana; ostatnia modyfikacja; stan na; stan na dzien; data ostatniej zmiany; aktualizacja
		senast uppdaterad; senast uppdaterat; senast andrad; senast reviderad; senaste uppdatering; uppdaterad; senast uppdaterade; reviderad; senaste andring; senast uppdaterades; uppdaterat; uppdaterades
		sidst opdateret; senest opdateret; sidst aendret; sidst revideret; opdateret; seneste opdatering; sist oppdatert; sist endret; sist revidert; oppdatert; siste oppdatering; senest revideret; senest aendret
		viimeksi paivitetty; paivitetty; viimeksi muokattu; viimeisin paivitys; viimeksi muutettu; paivitetty viimeksi; paivitys; viimeisin muutos; viimeisin muutettu
		posledni aktualizace; aktualizovano; posledni zmena; naposledy aktualizovano; posledni uprava; posledna aktualizacia; aktualizovane; naposledy aktualizovane; posledna zmena; datum posledni aktualizace; datum posledni zmeny; datum poslednej zmeny; datum poslednej aktualizacie; posledna uprava
		zadnja posodobitev; posodobljeno; zadnje azuriranje; zadnja izmjena; azurirano; posljednje azuriranje; posljednja izmjena; zadnja sprememba; poslednje azuriranje; poslednja izmena
		utolso frissites; utoljara frissitve; utolso modositas; frissitve; utoljara modositva; frissites datuma; utolso frissites datuma; modositva
		ultima actualizare; actualizat; actualizata; ultima modificare; data ultimei actualizari; actualizat la; ultima revizuire
		последна актуализация; последна промяна; актуализирана; последно обновяване; последно актуализиране; последнее обновление; последнее изменение; дата обновления; дата последнего обновления; обновлено; дата последнего изменения; редакция от; в редакции от; дата последней редакции; действующая редакция; текущая редакция; дата последних изменений; последние изменения; последние изменения внесены; дата изменения; дата редакции; дата актуализации; актуализировано; последнее обновление документа; остання редакція; чинна редакція; поточна редакція; дата останнього оновлення; дата останньої редакції; дата останніх змін; останні зміни внесено; дата змін; обновлена; последняя редакция; последнее обновление от; останнє оновлення; оновлено; дата оновлення; останні зміни; редакція від; востаннє оновлено; последње ажурирање; ажурирано; последња измена
		τελευταια ενημερωση; τελευταια αναθεωρηση; ενημερωθηκε; ημερομηνια τελευταιας ενημερωσης; ημερομηνια τελευταιας αναθεωρησης; τελευταια τροποποιηση; ημερομηνια ενημερωσης
		viimati uuendatud; viimati muudetud; uuendatud; pedejo reizi atjauninats; atjauninats; pedejas izmainas; paskutini karta atnaujinta; atnaujinta; paskutinis atnaujinimas; paskutiniai pakeitimai
		darrera actualitzacio; ultima actualitzacio; actualitzat; darrera modificacio; ultima modificacio
		son guncelleme; son guncelleme tarihi; guncelleme tarihi; son guncellenme tarihi; guncellenme tarihi; son degisiklik; revizyon tarihi; guncellendi; guncellenme; son guncellenme
		terakhir diperbarui; pembaruan terakhir; terakhir diubah; diperbarui; tanggal pembaruan; terakhir diperbaharui; kemas kini terakhir; dikemas kini; dikemaskini; terakhir dikemas kini; terakhir dikemaskini; tarikh kemas kini
		cap nhat lan cuoi; lan cap nhat cuoi; cap nhat; ngay cap nhat; lan cap nhat gan nhat; cap nhat lan cuoi ngay; sua doi lan cuoi
		עודכן לאחרונה; עדכון אחרון; תאריך עדכון; עודכן; עודכנה לאחרונה; עודכנה; תאריך עדכון אחרון; מעודכן
		آخر تحديث; اخر تحديث; تاريخ التحديث; تم التحديث; تاريخ آخر تحديث; آخر تعديل; تم تحديث; تم التحديث في
		अंतिम अपडेट; अंतिम बार अपडेट किया गया; पिछला अपडेट; अंतिम अद्यतन; अंतिम संशोधन; अंतिम बार अपडेट; अद्यतन तिथि; अपडेट किया गया
		ปรับปรุงล่าสุด; อัปเดตล่าสุด; แก้ไขล่าสุด; ปรับปรุงครั้งล่าสุด; วันที่ปรับปรุง; ปรับปรุงล่าสุดเมื่อ; อัปเดตล่าสุดเมื่อ; แก้ไขครั้งล่าสุด
		最終更新; 最終更新日; 最終改定; 最終改定日; 最終改訂; 最終改訂日; 改定日; 改訂日; 改定; 改訂; 更新日; 更新; 改正; 改正日; 最終改正
		最后更新; 最后更新日期; 更新日期; 更新时间; 更新時間; 最近更新; 最近更新日期; 最後更新; 最後更新日期; 最后修订; 修订日期; 修訂日期; 最近修订; 最后修改; 最後修訂; 最新修订; 最新更新; 更新于; 更新於; 修订于; 修訂於; 最后更新于; 最后更新时间; 版本更新日期
		최종 수정일; 최종수정일; 개정일; 개정일자; 최종 업데이트; 마지막 업데이트; 업데이트 날짜; 수정일; 최종 개정일; 변경일자; 최근 업데이트; 최종 변경일; 업데이트`
	updatedWeak = `updated; update; updates; revised; revision; rev; modified; amended; amendment; changed; reviewed; edited; upd
		revisee; revise; revision; actualisation; modification
		geandert; uberarbeitet; uberarbeitung; anderung; update; angepasst; bearbeitet
		modificado; modificada; revisado; revisada; actualizacion; revision; actualizaron; actualizo
		modificato; modificata; revisione; rivisto; aggiornamento; rev
		modificado; alterado; alterada; atualizacao; revisao
		herzien; aangepast; wijziging; herziening; update
		zmieniono; zmiana; andrad; andret; aendret; revideret; endret; revidert; uppdatering
		muokattu; muutettu; zmeneno; upraveno; zmenene; upravene; izmijenjeno; modosit; revizuit; изменено; изменена; обновление; редакция; изменения; izmena; степен; 修订; 修訂; 修改; 변경; 개정; 수정`
	publishedStrong = `publication date; date of publication; publish date; published date; date published; release date; release date of this policy; date of issue; issue date; issued date; date posted; version date; version dated; version of; version as of; date of version; date of creation of this policy; date of adoption; date of this policy; date of this notice; date of these terms; date of policy
		date de publication; version du; version en date du; version en vigueur; version au; date de la version; date de redaction; date de derniere publication
		fassung vom; version vom; veroffentlicht am; veroffentlichungsdatum; in der fassung vom; stand vom; fassung; erstelldatum; ausgabedatum
		fecha de publicacion; version de; version del; fecha de la version; fecha de emision; publicado; publicada
		data di pubblicazione; versione del; versione di; pubblicato; pubblicata; data della versione
		data de publicacao; versao de; data da versao; publicado; publicada
		publicatiedatum; versie van; versiedatum; gepubliceerd op; versie; datum versie
		data publikacji; wersja z dnia; wersja z; opublikowano; data opublikowania
		publicerad; versionsdatum; version fran; publiceret; udgivet; publisert; julkaistu; laadittu; laatimispaiva; laadintapaiva; verze ze dne; vydano dne; kozzeteve; kozzetetel datuma; publicat; дата публикации; опубликовано; опубликована; опубликован; дата размещения; дата размещения на сайте; размещено; размещена; размещено на сайте; дата утверждения; дата принятия; дата издания; опубліковано; дата оприлюднення; дата затвердження; дата розміщення; версия от; версія від; дата публікації; публикувано; ημερομηνια δημοσιευσης; yayin tarihi; yayim tarihi; yayinlanma tarihi
		تاريخ النشر; 公布日期; 发布日期; 发布时间; 發布日期; 發佈日期; 発行日; 公開日; 掲載日; 制定日; 策定日; 制定; 発布; 版本日期; 公告日期; 공고일; 공고일자; 게시일; 제정일; 등록일; 版本`
	publishedWeak = `version; ver; published; posted; issued; adopted; established; created; dated; date; approved; released; written; edition; launched; vers; drafted; prepared; v
		version; publie; publiee; publiees; adoptee; etablie; etabli; redigee; date; datee; creee; ecrite; edition; approuvee; en date du
		version; veroffentlicht; erstellt; datum; verabschiedet; ausgabe; datiert; vom
		version; fecha; creado; creada; aprobada; aprobado; emitida; redactado
		versione; data; creato; creata; approvato; redatta; edizione; approvata
		versao; data; criado; criada; aprovada
		versie; datum; gepubliceerd; opgesteld; vastgesteld
		wersja; data; opracowano; sporzadzono; utworzono; sporzadzona; z dnia
		version; datum; dato; paivays; paivamaara; versio; versjon; upprattad; faststalld; antagen; vedtaget; verze; verzia; vydano; verzija; razlicica; datum; verzio; kelt; datum; datat; versiune; versiunea; дата; версия; версія; от; утверждена; утверждено; утвержден; затверджено; затверджена; принято; введено; принята; εκδοση; ημερομηνια; kuupaev; versioon; datums; versija; tarih; surum; versiyon; tanggal; versi; tarikh; phien ban; تاريخ; التاريخ; גרסה; תאריך; दिनांक; तारीख; วันที่; ประกาศ; ประกาศ ณ; 日付; 日期; 公布; 发布; 發布; 公開; 策定; 일자; 공고; 제정; 게시; 날짜; 版; 制定`
	inForceVague = `as of; as at; as from; from; starting; beginning; with effect; compter; depuis; ab; zum; seit; desde; dal; vanaf; per; met ingang; fran; fra; od; с; від; partir; since; اعتبارا`
)

// Cues after a date, in the same form.
const (
	inForceAfter = `in kraft; ab in kraft; wirksam; gultig; in werking; van kracht; i kraft; alkaen; alates; hatalyos; hatallyal; napjan lep hatalyba; lep hatalyba; -an lep hatalyba; -en lep hatalyba; -jan lep hatalyba; -jen lep hatalyba; napjatol hatalyos; napjatol; -atol; -etol; -tol hatalyos; -jetol hatalyos; -tol hatalyosak; -jetol; -tol; -jen hatalyos; speka; yururluge; tarihinde yururluge; tarihinden itibaren; tarihi itibariyle; tarihi itibariyla yururluge
		から施行; より施行; 施行; から適用; より適用; 実施; から実施; より実施; 発効; から発効; より効力; 適用; から効力; をもって施行
		起生效; 生效; 起施行; 起实施; 起正式生效; 正式生效; 起正式实施; 起适用; 起正式施行; 开始生效; 开始实施; 起生效并
		부터 시행; 부터 적용; 시행; 자로 시행; 부터 효력; 부터 유효; 부로 시행; 부터 시행됩니다; 에 시행; 적용; 부터 발효
`
	updatedAfter = `tarihinde guncellen; tarihinde guncellendi; guncellen; mise a jour; aktualisiert; frissitve; modositva; modositott; zuletzt aktualisiert; zuletzt geandert; geandert
		最終更新; 更新; 改定; 改訂; 一部改定; 一部改訂; 最終改定; 最終改訂; 改正; 一部改正; 修订; 修訂; 修改; 最后更新; 改版; に改定; に更新
		개정; 수정; 업데이트; 변경; 일부 개정; 자로 개정; 에 업데이트; 에 개정; 에 최종`
	publishedAfter = `tarihli; 制定; 公布; 公開; 発行; 版; 发布; 發布; 策定; 初版; 掲載; 현재; 제정; 공고; 게시; 현재 기준; 公表; 現在; より公開`
	// Weak cues. They count only if the date begins its line.
	inForceNoun = `effective date; effective; in effect; entry into force`
	updatedNoun = `update; updated; revision; revised; amendment; version; edition; fassung; versie; wersja; mise a jour; aktualisierung; frissites`
)
