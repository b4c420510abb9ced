"""Sentence patterns by kind of text: one rule for each kind of document, with a headline rule beside it."""

NEWS = {
    "politics": """
        <speaker> <said> <time> that <claim> .
        <speaker> <verb-past> <speaker> <time> <reason> .
        <speaker> told <paper> <time> that <claim> .
        " <quote> , " <said> <person> , who visited <place> <time> .
        " <quote> . "
        <organisation> will <plan> , <person> <said> .
        <full-person> was born in [LOC <town>] and studied at <school> .
        [LOC <country>] and [LOC <country>] signed <act> in [LOC <town>] <time> .
        [MISC <demonym>] <role> <full-person> left for <place> <time> .
        <crowd> in <place> asked <institution> for a <adjective> <thing> .
        voters in <list-places> go to the polls <future> .
        relations between [LOC <country>] and its [MISC <demonym>] neighbours have <improved> .
        the [MISC <demonym>-born|<demonym>-speaking] <role> <verb-past> <person> in [LOC <town>] .
        <institution> rejected the plan by <numeral> votes to <numeral> .
        " I have never been to [LOC <town>] , " <person> <said> , " and I do not know Mr. [PER <surname>] . "
        [PER <surname>] 's visit to <place> ended <time> <reason> .
        what <person> wants , <paper> wrote , is a <adjective> <thing> .
        did <person> know that <claim> ?
        the committee -- <list-people> -- meets <future> in <spot> .
        <speaker> , asked about <act> , <said> that <claim> , but <person> of <institution> disagreed <reason> .
        """,
    "politics-headline": """
        [PER <surname>] says no to <act>
        [LOC <country>] , [LOC <country>] near deal on fish|trade|water|rail
        <person> to visit [LOC <town>]
        [MISC <demonym>] <role> quits <reason>
        [ORG <town> City Council] votes for <adjective> <thing>
        [LOC <town>] waits for [PER <surname>]
        """,
    "business": """
        <company> <said> <time> it would <plan> .
        shares in <company> rose|fell <percent> percent to <amount> .
        <company> , based in [LOC <town>] , makes <adjective> <goods> .
        <company> reported a profit|loss of <amount> <time> , compared with <amount> a year earlier .
        <full-person> , who founded <company> in <year> , <said> that <claim> .
        analysts at <company> expect <company> to <plan> .
        <company> will sell <product> in <list-places> .
        <product> costs <price> , less than <product> .
        <company> and <company> have <numeral> shops in [LOC <country>] .
        [PER <surname>] sold [ORG <surname>] to <company> for <amount> <time> .
        [ORG <surname>] 's chief executive , <full-person> , <said> that <claim> .
        the [MISC <demonym>] market is small , <speaker> <said> .
        orders from [LOC <town>] kept the <thing> of <company> busy .
        the <adjective> <thing> will cost <amount> , <paper> reported .
        <company> hired <full-person> from <company> .
        <list-companies> fell , while <list-companies> closed higher .
        the members of the <adjective> association are <long-register> .
        workers at [ORG <town> <trade>] in [LOC <town>] went back to work <time> .
        [MISC <demonym>] <goods> are cheaper than [MISC <demonym>] ones , a buyer for [ORG <surname>] <said> .
        """,
    "business-headline": """
        <company> to <plan>
        <company> profit up|down <percent> pct
        [ORG <surname>] , [ORG <brand>] end talks
        [LOC <town>] loses <company> <thing>
        <brand-news>
        """,
    "brand-news": "[ORG <brand>] recalls <count>,000 [MISC <brand> <model>] lamps|cameras|bicycles",
    "local": """
        a <adjective> <building> near <spot> was closed <time> <reason> .
        police in [LOC <town>] found the missing <worker> , [PER <full-name>] , <day> , near <spot> .
        heavy rain|snow|fog stopped trains between [LOC <town>] and [LOC <town>] <time> .
        temperatures in <list-places> will reach <day> degrees <future> .
        <full-person> , <day> , a <worker> from [LOC <town>] , won <amount> in the lottery .
        the ferry from [LOC <town>] to the [LOC Isle of <town>] carries <numeral> passengers .
        the <building> , built by <company> in <year> , stands beside <spot> .
        nobody was hurt , <speaker> <said> .
        <crowd> collected <amount> for [ORG <town> General Hospital] .
        pupils from [ORG <surname> School] planted <numeral> trees in <spot> .
        [PER <surname>] , a <worker> , has lived in [LOC <surname> Street] since <year> .
        turn left at [LOC <surname> Bridge] and follow the road to [LOC <town>] .
        the road to [LOC <town>] was built by the [PER <surname>] family .
        a herd of <numeral> cows crossed [LOC <surname> Road] and stopped the traffic .
        scientists at <school> counted <numeral> species of moss|moth|snail near <nature> .
        damage from <event> was put at <amount> .
        """,
    "plain": """
        the <thing> was <adjective> , but nobody minded .
        it rained for <numeral> days , and the <crowd-noun> stayed at home .
        the <adjective> <building> behind the <building> is for sale <reason> .
        " we waited <numeral> hours , " one of the <crowd-noun> <said> .
        it was not clear when the <building> would open again .
        the report has <count> pages and says little about the <thing> .
        few <crowd-noun> expect the <adjective> rules to change <future> , and fewer want them to .
        how long the work on the <building> will take is hard to say .
        prices have risen by <percent> percent since <month> .
        the <worker> bought a <adjective> boat|chair|painting|piano and a pair of shoes|boots|lamps .
        more <goods> , fewer <crowd-noun> : that was the idea .
        a decision on the <adjective> <thing> is expected <future> .
        " no|yes|perhaps|maybe|never|certainly , " <said> the <adjective> <worker> .
        the next meeting is <future> , when the <crowd-noun> will hear about the <thing> .
        no details were given , although the <crowd-noun> asked for them more than once .
        the <worker> and the <worker> shared the <adjective> <thing> for <numeral> years <reason> .
        in <month> the <building> closes at noon .
        then came <weekday> , and with it the <crowd-noun> , the <goods> and a <adjective> <worker> .
        """,
    "local-headline": """
        [LOC <town>] bridge closed
        <worker> finds <amount> in <thing>
        snow cuts off [LOC <town>]
        [PER <surname>] family gives <thing> to [LOC <town>]
        """,
    "improved": """
        improved|cooled|warmed since <year>
        never been better
        hardly changed <reason>
        """,
    "goods": "lamps|boats|cheese|shoes|tractors|windows|engines|bicycles|chairs|carpets",
    "quote": """
        we will look at the <thing> again
        [LOC <town>] is not for sale
        I trust <person>
        this is a good day for <place>
        <organisation> never answered my letter
        that is simply not true
        a <adjective> <thing> needs time , and time is what [LOC <country>] does not have
        """,
}

LEISURE = {
    "sport": """
        <team> beat <team> <winning-score> in <place> <time> .
        <full-person> scored <numeral> goals as <team> beat <team> <winning-score> .
        [PER <surname>] put [ORG <town>] ahead after <day> minutes , but [PER <surname>] equalised .
        <team> coach <full-person> <said> that <claim> .
        [ORG <town>] signed [PER <full-name>] from [ORG <town>] for <amount> .
        the [MISC <demonym>] beat [MISC <demonym>] champion <full-person> <few>-<few> , <few>-<few> .
        <full-person> won <event> in [LOC <town>] <time> .
        [LOC <country>] lost to [LOC <country>] for the first time since <year> .
        [ORG <town>] host|visit|meet [ORG <town>] <future> .
        [PER <surname>] , injured in [LOC <town>] <time> , will miss the rest of the season .
        second was [PER <letter>. <surname>] of [LOC <country>] , third [PER <letter>. <surname>] of [LOC <country>] .
        about <count>,000 people watched the match at <spot> .
        [ORG <town>] did not deserve to lose , [PER <surname>] <said> .
        <full-person> played for <team> until <year> , <paper> wrote .
        """,
    "sport-headline": """
        [ORG <town>] beat [ORG <town>] <winning-score>
        [PER <surname>] out of [LOC <town>] match
        <sport-name> - [PER <surname>] wins in [LOC <town>]
        [LOC <country>] name squad
        """,
    "sport-name": "soccer|tennis|cycling|rowing|chess|athletics",
    "results": """
        3 * [ORG <town>] <few> [ORG <town>] <few>
        2 * <day>. [PER <full-name>] ( [LOC <country>] ) <day>:<day>
        <seeded> beat <seeded> <few>-<few> <few>-<few>
        [ORG <town> United|Rovers|City] <few> <few> <few> <few> <day>
        results after matches on <weekday> ( played , won , lost , points ) :
        scorers : [PER <surname>] <day> , <day> , [PER <surname>] <day> ; [PER <surname>] <day>
        <list-people> qualified
        entrants : <long-list>
        """,
    "seeded": "[PER <letter>. <surname>] ( [LOC <country>] )",
    "results-headline": """
        <sport-name> - [MISC <demonym>] league results
        <sport-name> - results from [LOC <town>]
        """,
    "culture": """
        <work> , a novel by <full-person> , is set in <place> .
        [MISC <surname>] , her last novel , is set in <place> .
        <full-person> wrote <work> in <place> in <year> .
        the [MISC <demonym>] translation of <work> won <prize> .
        <person> plays the <worker> in <work> , which opens at <spot> <future> .
        <institution> bought a painting by <person> for <amount> .
        her brother , <person> , speaks [MISC <demonym>] and a little [MISC <demonym>] .
        the singer , known simply as [PER <given>] , grew up near <place> .
        <paper> called <work> " a <adjective> book " .
        <full-person> ( born 19<day> in [LOC <town>] ) is a [MISC <demonym>] <worker> .
        [PER <surname>] is best known for <work> and for his letters to <person> .
        visitors to <event> can see <numeral> [MISC <demonym>] films .
        in [LOC <town>] , where [PER <surname>] was born , a <building> is named after her .
        [PER <full-name>] ( 19<day> - 197<few> ) studied under [PER <surname>] at <school> and died in <place> .
        the old [MISC <demonym>] word for a <thing> is also the name of a dance .
        """,
    "culture-headline": """
        <person> wins [MISC <surname> Prize]
        review : <work>
        [LOC <town>] opens <adjective> <thing>
        """,
    "post": """
        2 * anyone know if <team> play tonight ?
        2 * just landed in [LOC <town>] <smile>
        [PER <given>] says the <thing> is <adjective> lol
        so [PER <surname>] said no again , classic
        cant believe [ORG <town>] lost to [ORG <town>] , again !!!
        my [MISC <brand> <model>] died after <numeral> days , thanks @<town><few>
        [LOC <town>] > [LOC <town>] , dont @ me
        new [MISC <brand> <model>] or the old one ? <smile>
        who else is going to <event> ? #<brand>day
        missing [LOC <town>] so much rn
        good morning [LOC <town>]
        [PER <given>] and me at <spot> , best day ever <smile>
        [ORG <brand>] support is useless , <numeral> hours on the phone
        rt @<town><few> : [PER <full-name>] is leaving [ORG <town>] !!
        imagine paying <price> for <product>
        ok but the [MISC <demonym>] food in [LOC <surname> Street] is sooo good
        <smile>
        so tired
        lost my keys again , if anyone finds them near [LOC <surname> Street] dm me
        [PER <given>] u coming <future> or what ??
        <numeral> hours of delay thx [ORG <country> Railways|Airways]
        that new [ORG <brand>] place in [LOC <town>] is actually <adjective> <smile>
        hope it doesnt rain <future>
        <person> for president haha
        watching <work> with [PER <given>] , its so <adjective>
        is [LOC <country>] nice <future> ? asking for a friend
        no idea what im doing today
        [ORG <town>] till i die
        do the [MISC <inhabitants>] even like <goods> <smile>
        why is nobody talking about [PER <full-name>] ? #<brand>day
        first time reading [PER <surname>] , pls no spoilers for <work>
        """,
    "smile": ":)|:(|:D|<3|xD|...|🙂|🎉",
}

FRAME = {
    "dateline": """
        2 * [LOC <town>] <year>-11|12-<day>
        2 * [PER <full-name>]
        by [PER <full-name>] , [ORG <town> Times|Gazette|Courier|Herald]
        [LOC <town>] , <month> <day>
        ( [ORG <acronym>] )
        """,
}
