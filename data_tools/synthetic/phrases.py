"""What sentences are made of: entities, people with their roles, times, amounts, and clauses."""

ENTITIES = {
    "person": """
        5 * [PER <full-name>]
        5 * [PER <surname>]
        [PER <given>]
        [PER <letter>. <surname>]
        [PER <letter>. <letter>. <surname>]
        [PER <given> <letter>. <surname>]
        [PER <given> <surname>-<surname>]
        [PER <given> dal <surname>]
        <title> [PER <surname>]
        """,
    "full-person": """
        4 * [PER <full-name>]
        [PER <given> <letter>. <surname>]
        """,
    "title": "Mr.|Mrs.|Ms.|Dr.|Prof.",
    "place": """
        8 * [LOC <town>]
        5 * [LOC <country>]
        [LOC North|South|East|West|Central <country>]
        [LOC Port|Fort|Upper|Lower|New|Old <town>]
        [LOC <town> Island]
        [LOC <town>] , [LOC <country>]
        2 * <nature>
        """,
    "nature": """
        [LOC Lake|Mount|Cape <surname>]
        the [LOC Bay|Gulf|Isle|Straits of <town>]
        the [LOC <surname> Valley|Hills|Mountains|Peninsula]
        the [LOC River <town>]
        """,
    "spot": """
        [LOC <surname> Street|Road|Square|Lane|Bridge|Park]
        the [LOC <town> Canal|Harbour|Tunnel|Docks]
        [LOC <town>]
        [LOC <town> Airport|Station|Castle]
        [LOC <surname> Hall]
        """,
    "company": """
        4 * [ORG <brand>]
        3 * [ORG <surname>]
        3 * [ORG <surname> <trade> plc|Ltd|Inc|Group|Holdings]
        2 * [ORG <town> <trade>]
        2 * [ORG <brand> <trade>]
        [ORG <brand> & Co.]
        [ORG <surname> & Sons]
        [ORG <surname> and <surname>]
        [ORG <surname> , <surname> & <surname>]
        [ORG <surname>-<brand>]
        [ORG First <town> Bank]
        [ORG Bank of <country>]
        [ORG <country> Airways|Railways|Telecom|Post]
        """,
    "trade": "Shipping|Timber|Foods|Steel|Textiles|Energy|Motors|Insurance|Paper|Glass|Software|Brewing|Mining|Optics",
    "institution": """
        2 * the [ORG University of <town>]
        2 * [ORG <town> City Council]
        2 * the [ORG <acronym>]
        the [ORG Ministry of <department>]
        the [ORG <surname> Institute|Foundation|Trust]
        the [ORG <town> Institute of Technology]
        the [ORG High|Supreme Court of <country>]
        [ORG <town> General Hospital]
        [ORG St. <given> Hospital|College]
        the [ORG National Museum of <country>]
        the [ORG <country> Farmers|Teachers|Rail|Dockers Union]
        the [ORG <adjective-cap> <noun-cap> Party]
        the [ORG <surname> Commission|Gallery]
        [ORG <town> University]
        """,
    "school": """
        the [ORG University of <town>]
        [ORG <town> University]
        [ORG St. <given> College]
        the [ORG <town> Institute of Technology]
        the [ORG <surname> Academy]
        """,
    "department": "Fisheries|Transport|Health|Education|Finance|Culture|Works",
    "paper": """
        the [ORG <town> Times|Gazette|Courier|Herald|Echo]
        [ORG <country> Radio|Television]
        the [ORG <country> News Agency]
        [ORG <surname> Weekly]
        """,
    "organisation": """
        5 * <company>
        4 * <institution>
        <paper>
        """,
    "team": """
        6 * [ORG <town>]
        [ORG <town> United|Rovers|City|Athletic|Wanderers|Albion]
        [ORG <town> <acronym>]
        [ORG Sporting|Dynamo|Real <town>]
        [ORG <surname> Park Rangers]
        """,
    "work": """
        " [MISC The <adjective-cap> <noun-cap>] "
        " [MISC A|One Winter|Summer|Night|Journey in <town>] "
        " [MISC <noun-cap> and <noun-cap>] "
        " [MISC Letters|Songs|Postcards from <country>] "
        [MISC The <noun-cap> of <town>]
        """,
    "adjective-cap": "Silent|Long|Second|Glass|Northern|Broken|Patient|Blue|Distant|Quiet|Paper|Early|Golden|Hidden",
    "noun-cap": "Harbour|Orchard|Garden|Winter|Letter|Bridge|Clock|River|Lantern|Ladder|Island|Meadow|Window|Season",
    "product": """
        the [MISC <brand> <model>]
        the [MISC <surname> <model>]
        [MISC <brand> <model>]
        """,
    "model": "300|500|X2|Mini|Pro|Touch|One|S|GT|7|Plus",
    "act": """
        the [MISC <noun-cap> Act]
        the [MISC Treaty of <town>]
        the [MISC <town> Protocol]
        """,
    "prize": "the [MISC <surname> Prize|Medal|Award]",
    "event": """
        2 * the [EVENT <town> Marathon|Regatta|Open]
        the [EVENT <country> Cup|Games]
        the [EVENT <country> Grand Prix]
        the [EVENT <surname> Trophy|Memorial]
        the [EVENT <town> Book|Film|Jazz|Flower Festival|Fair]
        the [EVENT Battle|Siege of <town>]
        the [EVENT <year> <town> Summit]
        [EVENT Storm <given>]
        """,
}

PEOPLE = {
    "speaker": """
        4 * <person>
        2 * <role> <full-person>
        <full-person> , <role> of <organisation> ,
        <full-person> , the [MISC <demonym>] <role> ,
        [MISC <demonym>] <role> <full-person>
        the <role>
        <role> [PER <surname>]
        a spokeswoman|spokesman for <organisation>
        the <adjective> <role> of <organisation>
        """,
    "role": """
        3 * minister|chairman|director|mayor|professor|coach|captain|governor|judge|ambassador
        prime minister
        finance minister
        chief executive
        deputy|former director
        head teacher
        trade envoy
        """,
    "worker": "farmer|nurse|plumber|teacher|pilot|student|carpenter|fisherman|baker|driver|architect|violinist|painter",
    "crowd": """
        3 * <crowd-noun>
        [MISC <demonym>] officials|tourists|farmers|scientists|fishermen
        [MISC <inhabitants>]
        fans of <team>
        members of <institution>
        """,
    "crowd-noun": "residents|officials|engineers|farmers|doctors|visitors|neighbours|experts|analysts|children",
    "adjective": "new|small|large|quiet|local|modern|narrow|popular|careful|famous|young|tired|cheerful|expensive",
    "building": "bridge|library|factory|school|tunnel|warehouse|theatre|chapel|mill|hotel|lighthouse|museum",
    "thing": "bridge|ferry|library|factory|report|plan|school|tunnel|orchard|warehouse|budget|ship|railway|farm",
    "said": "said|added|explained|announced|argued|insisted|admitted|noted|confirmed",
    "verb-past": "praised|criticised|visited|called|thanked|joined|left|sued|supported|ignored|warned|replaced|trusted",
}

QUANTITIES = {
    "time": """
        3 * on <weekday>
        2 * last week|month|year|spring|autumn
        in <year>
        on <day> <month>
        on <month> <day> , <year>
        yesterday|today
        early on <weekday> morning
        """,
    "future": """
        2 * on <weekday>
        2 * next week|month|year|spring|autumn
        in <month>
        on <day> <month>
        tomorrow|soon
        at <hour>.30 a.m.|p.m.
        before the end of <month>
        """,
    "weekday": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "month": "January|February|March|April|May|June|July|August|September|October|November|December",
    "amount": """
        $ <count> million|billion
        <few>.<few> million|billion crowns
        about|almost|nearly| <count>,000 crowns
        """,
    "price": "<count> crowns|dollars",
    "percent": "<few>.<few>|<day>",
    "numeral": "two|three|four|five|six|seven|eight|nine|ten|twelve|<count>",
    "winning-score": "1-0|2-0|2-1|3-0|3-1|3-2|4-1|4-3|5-2|6-1",
}

CLAUSES = {
    "claim": """
        <organisation> had paid too much for the <thing>
        the <thing> in <place> would close <future>
        the price of timber|wool|grain|coffee|paper had risen by <percent> percent
        <person> would not return to <place>
        [MISC <demonym>] exports to [LOC <country>] were falling
        <person> and <person> had met in <place> <time>
        nobody at <organisation> knew about the <thing>
        it was too early to talk about <act>
        <organisation> needed a <adjective> <thing>
        the <adjective> <thing> belonged to <organisation>
        <company> might buy <company>
        the harvest near [LOC <town>] had been good
        <event> would go ahead as planned
        talks with [LOC <country>] could take months
        the <thing> was too <adjective> for the <thing>
        the <crowd-noun> were right
        <claim> and that <claim>
        """,
    "plan": """
        build a <adjective> <thing> near <spot>
        sell its <thing> to <company>
        hire <numeral> people in <place>
        publish the report <future>
        move from [LOC <town>] to [LOC <town>]
        appeal against the decision of <institution>
        open an office in [LOC <town>] , its first in [LOC <country>]
        lend [LOC <country>] <amount>
        name <full-person> as its next chairman|director|treasurer
        """,
    "reason": """
        because the <thing> was not ready
        although the <thing> had been <adjective> and the <thing> had never been <adjective>
        after talks with <speaker> failed
        despite protests by <crowd>
        because <claim>
        as <person> had predicted
        because the <crowd-noun> were late
        , which <person> had opposed
        to the surprise of <crowd>
        """,
    "list-places": """
        2 * <place> , <place> and <place>
        <place> , <list-places>
        """,
    "list-people": """
        2 * <full-person> ( [LOC <country>] ) and <full-person> ( [LOC <country>] )
        <full-person> ( [LOC <country>] ) , <list-people>
        """,
    "list-companies": """
        2 * <company> , <company> and <company>
        <company> , <list-companies>
        """,
    "long-list": """
        7 * [PER <full-name>] ( [LOC <country>] ) , <long-list>
        [PER <full-name>] ( [LOC <country>] )
        """,
    "long-register": """
        7 * <company> of [LOC <town>] ; <long-register>
        <company> of [LOC <town>]
        """,
}
